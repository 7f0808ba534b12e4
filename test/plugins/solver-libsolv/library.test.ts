import assert from 'node:assert/strict';
import { isHostError } from '@ostrata/core';
import { SolvFile } from '../../../plugins/solver-libsolv/src/codec/solv-file.ts';
import { JOB, SELECT } from '../../../plugins/solver-libsolv/src/native/constants.ts';
import { Library, type Pointer } from '../../../plugins/solver-libsolv/src/native/library.ts';
import { Session } from '../../../plugins/solver-libsolv/src/native/session.ts';
import { hasLibsolv, LIBSOLV } from './support/library.ts';

describe('Library', () => {
  it('says what to do where libsolv is absent', () => {
    assert.throws(
      () => new Library('libabsent-solv.so.1'),
      (error: unknown) =>
        isHostError(error) && error.code === 'SOLVER_LIBSOLV_ABSENT' && /Install libsolv/.test(error.hint ?? ''),
    );
  });
});

describe('Library of the machine (needs libsolv.so.1)', () => {
  let library: Library;
  before(function () {
    if (!hasLibsolv()) this.skip();
    library = new Library(LIBSOLV);
  });

  it('reads and writes members of structures where libsolv has them', () => {
    const { call } = library;
    const pool = call.pool_create() as Pointer;
    const repo = call.repo_create(pool, 'test') as Pointer;
    assert.equal(library.repoPriority(repo), 0);
    library.setRepoPriority(repo, -7);
    assert.equal(library.repoPriority(repo), -7);
    call.pool_free(pool);
  });

  it('hands queues over and back', () => {
    const found = library.collect((queue) => library.call.queue_insertn(queue, 0, 3, Int32Array.of(5, -6, 7)));
    assert.deepEqual([...found], [5, -6, 7]);
    assert.deepEqual([...library.collect(() => {})], []);
  });

  it('solves with more packages than fit one piece of a file', () => {
    using session = new Session(library, { arch: 'x86_64', multilib: true });
    const file = new SolvFile();
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const name = file.string(`package-with-a-long-name-${i}-ä`);
      const evr = file.string('1-1');
      const next = file.string(`package-with-a-long-name-${i + 1}-ä`);
      const requires = i + 1 < count && i % 1000 !== 999 ? [file.relation(next, 2, evr)] : [];
      file.add({
        name,
        evr,
        arch: file.string('noarch'),
        lists: { provides: [file.relation(name, 2, evr)], requires },
      });
    }
    const first = session.addRepository('test', file.encode(), { priority: 0, installed: false });
    session.index();
    const what = session.string('package-with-a-long-name-1995-ä');
    const { install, problems } = session.solve([JOB.INSTALL | SELECT.NAME, what], {});
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [...install].map((id) => id - first),
      [1999, 1998, 1997, 1996, 1995],
    );
  });

  it('reports what libsolv does not read', () => {
    using session = new Session(library, { arch: 'x86_64', multilib: true });
    const options = { priority: 0, installed: false };
    for (const bytes of [Buffer.from('SOLV'), Buffer.from('nothing that libsolv knows')]) {
      assert.throws(
        () => session.addRepository('test', bytes, options),
        (error: unknown) => isHostError(error) && error.code === 'SOLVER_LIBSOLV_FAILED',
      );
    }
  });

  it('numbers strings and relations as the pool does', () => {
    using session = new Session(library, { arch: 'x86_64', multilib: true });
    const name = session.string('a');
    assert.equal(session.string('a'), name);
    const relation = session.relation(name, 2, session.string('1'));
    assert.ok(relation < 0);
    assert.equal(session.relation(name, 2, session.string('1')), relation);
  });
});
