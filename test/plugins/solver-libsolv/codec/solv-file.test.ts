import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SolvFile } from '../../../../plugins/solver-libsolv/src/codec/solv-file.ts';
import { hasTool, tool } from '../../../support/tools.ts';

describe('SolvFile', () => {
  it('numbers equal strings and relations once', () => {
    const file = new SolvFile();
    const a = file.string('a');
    assert.equal(file.string('a'), a);
    const relation = file.relation(a, 2, file.string('1'));
    assert.equal(file.relation(a, 2, file.string('1')), relation);
    assert.notEqual(file.relation(a, 4, file.string('1')), relation);
  });

  it('refuses strings that would end early', () => {
    assert.throws(() => new SolvFile().string('a\0b'), RangeError);
  });
});

describe('SolvFile read by dumpsolv (needs dumpsolv)', () => {
  it('has all packages with their dependencies', function () {
    if (!hasTool('dumpsolv')) this.skip();
    const file = new SolvFile();
    const [a, b, version] = [file.string('a'), file.string('ü'), file.string('1-2')];
    // 64 and 8192 are the first numbers of two and three bytes.
    const many = Array.from({ length: 9000 }, (_, i) => file.string(`capability-${i}`));
    const nested = file.relation(b, 17, file.relation(a, 2, version));
    file.add({ name: a, evr: version, arch: file.string('noarch'), lists: { provides: many, requires: [nested] } });
    file.add({ name: b, evr: version, arch: file.string('x86_64'), lists: {} });
    const folder = mkdtempSync(join(tmpdir(), 'ostrata-solv-'));
    try {
      const path = join(folder, 'test.solv');
      writeFileSync(path, file.encode());
      const dump = tool(['dumpsolv', path]);
      assert.match(dump, /repo size: 2 solvables/);
      for (const i of [0, 50, 63, 64, 8191, 8192, 8999]) assert.match(dump, new RegExp(`capability-${i}\\n`));
      assert.match(dump, /ü \| a = 1-2/);
      assert.match(dump, /solvable:name: ü/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
