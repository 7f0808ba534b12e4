import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type HostError, isHostError, type TransportRequest } from '@ostrata/core';
import { type TestRun, testRun } from './support/context.ts';

async function failure(work: Promise<unknown>): Promise<HostError> {
  try {
    await work;
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    return error;
  }
  assert.fail('it went well');
}

describe('fetch-http: file transport', () => {
  let run: TestRun;
  let source: string;
  const body = Buffer.alloc(2_500_000, 'local ');
  const checksum = { algorithm: 'sha256', value: createHash('sha256').update(body).digest('hex') };

  beforeEach(() => {
    run = testRun();
    source = join(run.directory, 'a b#c%');
    writeFileSync(source, body);
  });
  afterEach(() => run.close());

  const destination = (): string => join(run.directory, 'out', 'file');
  const get = (request: Partial<TransportRequest> = {}) =>
    run.transport('file').get({ urls: [pathToFileURL(source).href], destination: destination(), ...request }, run.ctx);

  it('copies with size and checksum', async () => {
    const result = await get({ checksum, size: body.length });
    assert.equal(result.bytes, body.length);
    assert.ok(readFileSync(destination()).equals(body));
    assert.notEqual(statSync(destination()).ino, statSync(source).ino);
    assert.deepEqual(readdirSync(join(run.directory, 'out')), ['file']);
  });

  it('tells whether the file has changed', async () => {
    const { validators } = await get();
    assert.equal((await get({ validators })).notModified, true);
    utimesSync(source, 1, 1);
    assert.equal((await get({ validators })).notModified, false);
  });

  it('takes part of a file', async () => {
    await get({ range: { first: 6, last: 10 } });
    assert.equal(readFileSync(destination(), 'utf8'), 'local');
    assert.equal((await failure(get({ range: { first: 1e9, last: 2e9 } }))).problems[0]?.code, 'TRANSPORT_RANGE');
  });

  it('goes to the next place, and leaves nothing behind when there is none', async () => {
    mkdirSync(join(run.directory, 'directory'));
    const bad = join(run.directory, 'bad');
    writeFileSync(bad, 'other');
    const urls = [join(run.directory, 'none'), join(run.directory, 'directory'), bad].map(
      (path) => pathToFileURL(path).href,
    );
    const error = await failure(get({ urls: [...urls, 'file://host/x'], checksum }));
    assert.deepEqual(
      error.problems.map(({ code }) => code),
      ['TRANSPORT_FILE', 'TRANSPORT_FILE', 'TRANSPORT_CHECKSUM', 'TRANSPORT_URL_INVALID'],
    );
    assert.deepEqual(readdirSync(join(run.directory, 'out')), []);
    await get({ urls: [...urls, pathToFileURL(source).href], checksum });
    assert.ok(readFileSync(destination()).equals(body));
  });

  it('refuses more bytes than allowed', async () => {
    assert.equal((await failure(get({ maxSize: 10 }))).problems[0]?.code, 'TRANSPORT_TOO_LARGE');
    assert.equal((await failure(get({ size: 10 }))).problems[0]?.code, 'TRANSPORT_SIZE');
  });

  it('ends when the run is aborted', async () => {
    const reason = new Error('stop');
    await assert.rejects(get({ onBytes: () => run.abort.abort(reason) }), reason);
    assert.equal(existsSync(destination()), false);
    assert.deepEqual(readdirSync(join(run.directory, 'out')), []);
  });
});
