import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Header, readPackage } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { codeOf, fixture, fixturePackage } from './fixtures.ts';

const FIXTURES = ['basic-v4.rpm', 'signed-v4.rpm', 'scriptlets.rpm', 'basic-v6-xz.rpm'];
const HAS_RPM = !spawnSync('rpm', ['--version']).error;

/** A generator of the same numbers each time (Lehmer). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** Changes up to three bytes, most of them in the index of the main header, where they matter. */
function damaged(bytes: Buffer, next: (below: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  const { header, payload } = readPackage(bytes).extents;
  for (let left = 1 + next(3); left > 0; left--) {
    const anywhere = next(3) === 0;
    const at = anywhere ? 96 + next(payload.offset - 96) : header.offset + 8 + next(Math.min(900, header.length - 8));
    const old = changed[at] as number;
    changed[at] = [0, 1, 255, next(256), old ^ (1 << next(8))][next(5)] as number;
  }
  return changed;
}

describe('beside the real rpm (needs rpm)', () => {
  let folder: string;

  before(function () {
    if (!HAS_RPM) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'ostrata-rpm-'));
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const name of FIXTURES) {
    it(`takes and refuses the same damaged forms of ${name}`, () => {
      const next = numbers(name.length * 7919);
      for (let round = 0; round < 25; round++) {
        const bytes = damaged(fixture(name), next);
        const file = join(folder, 'damaged.rpm');
        writeFileSync(file, bytes);
        const { status, stderr } = spawnSync('rpm', ['-qp', '--nosignature', '--nodigest', file], { encoding: 'utf8' });
        const code = codeOf(() => readPackage(bytes));
        assert.equal(code === 'none', status === 0, `round ${round}: ${code}; ${stderr}`);
      }
    });
  }

  it('writes the header into a database byte for byte as rpm does', () => {
    const { bytes, pkg } = fixturePackage('basic-v4.rpm');
    const file = join(folder, 'install.rpm');
    const dbpath = join(folder, 'db');
    writeFileSync(file, bytes);
    const args = ['--dbpath', dbpath, '-i', '--justdb', '--nodeps', '--nosignature', '--nodigest', file];
    const { status, stderr } = spawnSync('rpm', args, { encoding: 'utf8' });
    if (status !== 0) assert.fail(stderr);
    const database = new DatabaseSync(join(dbpath, 'rpmdb.sqlite'), { readOnly: true });
    const row = database.prepare('select blob from Packages').get() as { blob: Uint8Array };
    database.close();
    const installed = Header.parse(row.blob);
    const added = installed.entries().filter(({ tag }) => !pkg.metadata.has(tag));
    assert.ok(added.length >= 4);
    assert.ok(pkg.metadata.withEntries(added).toBlob().equals(Buffer.from(row.blob)));
  });
});

describe('headers of real databases (needs ../shared)', () => {
  for (const name of ['rpm-software-management+rpm', 'cbl-mariner-2.0']) {
    it(`come out of ${name} as they went in`, function () {
      const file = sharedData('rpmdb', name, 'rpmdb.sqlite');
      if (!file) return this.skip();
      const database = new DatabaseSync(`file:${file}?immutable=1`, { readOnly: true });
      const rows = database.prepare('select blob from Packages').all() as { blob: Uint8Array }[];
      database.close();
      assert.ok(rows.length > 0);
      for (const { blob } of rows) assert.ok(Header.parse(blob).toBlob().equals(Buffer.from(blob)));
    });
  }
});
