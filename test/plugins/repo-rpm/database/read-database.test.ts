import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ReadonlyTree } from '@ostrata/core';
import { formatNevra, Header, nevraOf, Tag } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { installedHeaders } from '../../../../plugins/repo-rpm/src/database/read-database.ts';
import { writeDatabase } from '../../../../plugins/repo-rpm/src/database/write-database.ts';
import { sharedData } from '../../../support/shared.ts';
import { missing, tool } from '../../../support/tools.ts';

/** A tree that has nothing but the files of a directory in /usr/share/rpm. */
function treeOf(directory: string): ReadonlyTree {
  const place = (path: string) => join(directory, basename(path));
  return {
    lookup: (path: string) => (existsSync(place(path)) ? { type: 'file' } : undefined),
    readFile: (path: string) => readFileSync(place(path)),
  } as unknown as ReadonlyTree;
}

describe('reading package databases', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ostrata-rpmdb-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const nevras = () =>
    installedHeaders(treeOf(directory), tmpdir())
      .map((header) => formatNevra(nevraOf(header)))
      .sort();

  it('sees changes that are in the log beside the database only', () => {
    const file = join(directory, 'rpmdb.sqlite');
    const header = (name: string) =>
      Header.of([
        { tag: Tag.NAME, value: name },
        { tag: Tag.VERSION, value: '1' },
        { tag: Tag.RELEASE, value: '1' },
        { tag: Tag.ARCH, value: 'noarch' },
        { tag: Tag.SOURCERPM, value: 'x' },
      ]);
    writeDatabase(file, [{ number: 1, header: header('old') }]);
    const open = new DatabaseSync(file);
    open.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    open.prepare('INSERT INTO Packages VALUES (?, ?)').run(2, header('new').toBlob());
    const found = nevras();
    open.close();
    assert.deepEqual(found, ['new-1-1.noarch', 'old-1-1.noarch']);
  });

  it('refuses headers that are damaged', () => {
    const file = join(directory, 'rpmdb.sqlite');
    writeDatabase(file, []);
    const open = new DatabaseSync(file);
    open.prepare('INSERT INTO Packages VALUES (?, ?)').run(1, Buffer.from('no header'));
    open.close();
    assert.throws(nevras, { code: 'RPM_DATABASE_INVALID' });
  });

  for (const name of ['rpm-software-management+rpm', 'cbl-mariner-2.0']) {
    it(`finds in ${name} what rpm finds (needs ../shared, rpm)`, function () {
      const file = sharedData('rpmdb', name, 'rpmdb.sqlite');
      if (file === undefined || missing('rpm').length > 0) this.skip();
      copyFileSync(file, join(directory, 'rpmdb.sqlite'));
      const found = nevras();
      const listed = tool(['rpm', `--dbpath=${directory}`, '-qa', '--qf', '%{NEVRA}\n'])
        .trim()
        .split('\n');
      assert.deepEqual(found, listed.filter((nevra) => !nevra.startsWith('gpg-pubkey-')).sort());
    });
  }

  it('of SUSE’s format says which it is (needs ../shared)', function () {
    const file = sharedData('rpmdb', 'sle15-bci', 'Packages.db');
    if (file === undefined) this.skip();
    copyFileSync(file, join(directory, 'Packages.db'));
    assert.throws(nevras, { code: 'RPM_DATABASE_UNSUPPORTED', message: /Packages\.db/ });
  });
});
