import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Context, evrOf, identityAt, RELATION_KINDS, type Source, type SourceRef } from '@ostrata/core';
import { type Case, casesOf, isJson, refuses, stopsWhenAborted } from './case.ts';

export interface SourceFixture extends AsyncDisposable {
  readonly source: Source;
  /** A source with at least two packages. */
  readonly ref: SourceRef;
  /** Name of one of its packages. */
  readonly member: string;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

const ONLINE = { cacheOnly: false };
const OFFLINE = { cacheOnly: true };

/** What sources must do; every case begins with an empty cache. */
export function sourceConformance(make: () => Promise<SourceFixture>): Case[] {
  return casesOf(make, {
    'refreshes to a snapshot that is JSON, the same one while nothing changes': async ({ source, ref, ctx }) => {
      const snapshot = await source.refresh(ref, ONLINE, ctx);
      isJson(snapshot);
      assert.equal(snapshot.source.id, ref.id);
      assert.ok(snapshot.packages >= 2);
      assert.match(snapshot.digest, /\S/);
      assert.equal((await source.refresh(ref, ONLINE, ctx)).digest, snapshot.digest);
    },

    'uses only the cache when it is told so': async ({ source, ref, ctx }) => {
      await refuses(source.refresh(ref, OFFLINE, ctx), 'refreshing out of an empty cache');
      const snapshot = await source.refresh(ref, ONLINE, ctx);
      assert.deepEqual(await source.refresh(ref, OFFLINE, ctx), snapshot);
    },

    'opens a snapshot, also one that was written down': async ({ source, ref, member, ctx }) => {
      const snapshot = JSON.parse(JSON.stringify(await source.refresh(ref, ONLINE, ctx)));
      const table = await source.open(snapshot, ctx);
      assert.equal(table.count, snapshot.packages);
      assert.deepEqual([table.source, table.priority], [ref.id, ref.priority]);
      const names = Array.from({ length: table.count }, (_, index) => table.name(index));
      assert.ok(names.includes(member), names.join(' '));
    },

    'says of every package what it is and what it provides': async ({ source, ref, ctx }) => {
      const table = await source.open(await source.refresh(ref, ONLINE, ctx), ctx);
      await table.loadFiles(ctx);
      assert.equal(table.filesComplete, true);
      for (let index = 0; index < table.count; index += 1) {
        const identity = identityAt(table, index);
        assert.match(identity.name, /\S/);
        assert.match(identity.version, /\S/);
        const provides = table.relations(index, 'provides');
        assert.ok(
          provides.some(({ name, evr }) => name === identity.name && (evr === undefined || evr === evrOf(identity))),
        );
        for (const kind of RELATION_KINDS)
          for (const { name } of table.relations(index, kind)) assert.match(name, /\S/);
        for (const path of table.files(index)) assert.match(path, /^\//);
      }
    },

    'plans packages completely': async ({ source, ref, ctx }) => {
      const table = await source.open(await source.refresh(ref, ONLINE, ctx), ctx);
      for (let index = 0; index < table.count; index += 1) {
        const pkg = table.planned(index, 'dependency');
        isJson(pkg);
        assert.deepEqual({ ...pkg, ...identityAt(table, index) }, pkg);
        assert.deepEqual([pkg.source, pkg.reason], [ref.id, 'dependency']);
        assert.match(pkg.checksum.value, /^[0-9a-f]{32,128}$/);
        assert.ok(pkg.size > 0);
      }
    },

    'fetches a package, and again out of the cache': async ({ source, ref, member, ctx }) => {
      const snapshot = await source.refresh(ref, ONLINE, ctx);
      const table = await source.open(snapshot, ctx);
      const index = Array.from({ length: table.count }, (_, at) => at).find((at) => table.name(at) === member) ?? 0;
      const pkg = table.planned(index, 'requested');
      await refuses(source.fetch(pkg, snapshot, OFFLINE, ctx), 'fetching out of an empty cache');
      let received = 0;
      const onBytes = (bytes: number) => {
        assert.ok(bytes >= received);
        received = bytes;
      };
      const file = await source.fetch(pkg, snapshot, { ...ONLINE, onBytes }, ctx);
      const bytes = readFileSync(file);
      assert.equal(bytes.length, pkg.size);
      assert.equal(createHash(pkg.checksum.algorithm).update(bytes).digest('hex'), pkg.checksum.value);
      assert.deepEqual(readFileSync(await source.fetch(pkg, snapshot, OFFLINE, ctx)), bytes);
    },

    'refuses a package with other bytes than planned': async ({ source, ref, ctx }) => {
      const snapshot = await source.refresh(ref, ONLINE, ctx);
      const pkg = (await source.open(snapshot, ctx)).planned(0, 'requested');
      const checksum = { ...pkg.checksum, value: '0'.repeat(pkg.checksum.value.length) };
      await refuses(source.fetch({ ...pkg, checksum }, snapshot, ONLINE, ctx), 'a wrong checksum');
    },

    'does nothing once it is aborted': async ({ source, ref, ctx, abort }) => {
      const snapshot = await source.refresh(ref, ONLINE, ctx);
      const pkg = (await source.open(snapshot, ctx)).planned(0, 'requested');
      abort();
      await stopsWhenAborted(() => source.fetch(pkg, snapshot, ONLINE, ctx));
      await stopsWhenAborted(() => source.refresh(ref, ONLINE, ctx));
    },
  });
}
