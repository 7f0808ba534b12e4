import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, isHostError, type Transport, type TransportBytesRequest } from '@ostrata/core';
import { type Case, casesOf, refuses, stopsWhenAborted } from './case.ts';

export interface TransportFixture extends AsyncDisposable {
  readonly transport: Transport;
  /** Serves bytes at a URL of their own. */
  serve(bytes: Uint8Array): Promise<string>;
  /** A URL of the same scheme where nothing is. */
  readonly missing: string;
  readonly directory: string;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

const BYTES = Buffer.from('some bytes to be fetched, and some more of them');
const checksum = { algorithm: 'sha256', value: createHash('sha256').update(BYTES).digest('hex') };

/** What transports must do, for any scheme. */
export function transportConformance(make: () => Promise<TransportFixture>): Case[] {
  return casesOf(make, {
    'gets bytes, counts them, and leaves nothing else': async ({ transport, serve, directory, ctx }) => {
      const destination = join(directory, 'file');
      const counts: number[] = [];
      const url = await serve(BYTES);
      const request = {
        urls: [url],
        destination,
        checksum,
        size: BYTES.length,
        onBytes: (n: number) => counts.push(n),
      };
      const result = await transport.get(request, ctx);
      assert.deepEqual(readFileSync(destination), BYTES);
      assert.deepEqual([result.notModified, result.bytes], [false, BYTES.length]);
      assert.equal(counts.at(-1), BYTES.length);
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => a - b),
      );
      assert.ok(!existsSync(`${destination}.part`));
    },

    'goes on to the next mirror when one has nothing, or other bytes': async ({
      transport,
      serve,
      missing,
      directory,
      ctx,
    }) => {
      const destination = join(directory, 'file');
      const urls = [missing, await serve(Buffer.from('other bytes')), await serve(BYTES)];
      const result = await transport.get({ urls, destination, checksum, retries: 0 }, ctx);
      assert.equal(result.url, urls[2]);
      assert.deepEqual(readFileSync(destination), BYTES);
    },

    'names every reason when all mirrors fail, and leaves the file as it was': async ({
      transport,
      serve,
      missing,
      directory,
      ctx,
    }) => {
      const destination = join(directory, 'file');
      writeFileSync(destination, 'before');
      const urls = [missing, await serve(Buffer.from('other bytes'))];
      const error: unknown = await transport
        .get({ urls, destination, checksum, retries: 0 }, ctx)
        .catch((thrown) => thrown);
      assert.ok(isHostError(error));
      assert.equal(error.problems.length, 2);
      assert.equal(readFileSync(destination, 'utf8'), 'before');
    },

    'refuses another size, and more than allowed': async ({ transport, serve, directory, ctx }) => {
      const urls = [await serve(BYTES)];
      const destination = join(directory, 'file');
      await refuses(transport.get({ urls, destination, size: BYTES.length + 1, retries: 0 }, ctx), 'another size');
      await refuses(transport.get({ urls, destination, maxSize: BYTES.length - 1, retries: 0 }, ctx), 'too many bytes');
      assert.ok(!existsSync(destination));
    },

    'gets nothing again that has not changed': async ({ transport, serve, directory, ctx }) => {
      const urls = [await serve(BYTES)];
      const destination = join(directory, 'file');
      const { validators } = await transport.get({ urls, destination }, ctx);
      if (validators.etag === undefined && validators.lastModified === undefined) return;
      const again = await transport.get({ urls, destination, validators }, ctx);
      assert.equal(again.notModified, true);
      assert.deepEqual(readFileSync(destination), BYTES);
    },

    'gets a part': async ({ transport, serve, directory, ctx }) => {
      const destination = join(directory, 'part');
      await transport.get({ urls: [await serve(BYTES)], destination, range: { first: 5, last: 9 } }, ctx);
      assert.equal(readFileSync(destination, 'utf8'), 'bytes');
    },

    'gets a file into memory, with the same checks, if it does so at all': async ({
      transport,
      serve,
      missing,
      ctx,
    }) => {
      if (!transport.getBytes) return;
      const get = (request: Omit<TransportBytesRequest, 'retries'>) =>
        transport.getBytes!({ retries: 0, ...request }, ctx);
      const url = await serve(BYTES);
      const maxSize = BYTES.length;
      const result = await get({ urls: [missing, url], maxSize, checksum, size: BYTES.length });
      assert.deepEqual(Buffer.from(result.bytes ?? []), BYTES);
      assert.equal(result.url, url);
      const { validators } = result;
      if (validators.etag !== undefined) assert.equal((await get({ urls: [url], maxSize, validators })).bytes, null);
      await refuses(get({ urls: [url], maxSize: maxSize - 1 }), 'too many bytes');
      await refuses(get({ urls: [url], maxSize, size: maxSize - 1 }), 'another size');
      await refuses(get({ urls: [await serve(Buffer.from('other bytes'))], maxSize, checksum }), 'other bytes');
      await refuses(get({ urls: [missing], maxSize }), 'nothing there');
    },

    'does nothing once it is aborted': async ({ transport, serve, directory, ctx, abort }) => {
      const urls = [await serve(BYTES)];
      abort();
      await stopsWhenAborted(() => transport.get({ urls, destination: join(directory, 'file') }, ctx));
      assert.ok(!existsSync(join(directory, 'file')));
    },
  });
}
