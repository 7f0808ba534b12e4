import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  Detail,
  decodeFileLists,
  encodeFileLists,
  type FileLists,
  FileListsReader,
  MetadataError,
  PrimaryReader,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { readInto } from './support/read.ts';
import { filesWithSolv, hasSolv } from './support/solv.ts';

function parse(text: string): FileLists {
  const reader = new FileListsReader();
  reader.write(Buffer.from(text));
  return reader.end();
}

const LISTS = `<filelists packages="2"><package pkgid="aa" name="a" arch="noarch"><version epoch="0" ver="1" rel="1"/>
  <file>/usr/bin/a</file><file type="dir">/usr/share/a</file><file type="ghost">/run/a &amp; b</file></package>
  <package pkgid="bb" name="b" arch="src"><file>b.spec</file></package></filelists>`;

describe('repo-rpm metadata: filelists', () => {
  it('reads the paths of each package', () => {
    const lists = parse(LISTS);
    assert.deepEqual(
      [...lists.packages].map((id) => lists.paths.strings.text(id)),
      ['aa', 'bb'],
    );
    assert.deepEqual(lists.paths.of(0), ['/usr/bin/a', '/usr/share/a', '/run/a & b']);
    assert.deepEqual(lists.paths.of(1), []);
  });

  it('packs and unpacks', () => {
    const lists = decodeFileLists(encodeFileLists(parse(LISTS), 'key'), 'key');
    assert.deepEqual(lists.paths.of(0), ['/usr/bin/a', '/usr/share/a', '/run/a & b']);
    assert.throws(() => decodeFileLists(encodeFileLists(parse(LISTS), 'key'), 'other'), MetadataError);
  });

  it('refuses packages without an id and other documents', () => {
    const code = (text: string) => (error: unknown) => error instanceof MetadataError && error.code === text;
    assert.throws(() => parse('<filelists><package/></filelists>'), code('METADATA_INVALID'));
    assert.throws(() => parse('<metadata/>'), code('METADATA_UNEXPECTED'));
  });
});

describe('repo-rpm metadata: filelists of real repositories (needs ../shared)', () => {
  for (const directory of ['centos-stream-9-baseos', 'azurelinux-desktop', 'opensuse-10.2-update-bug206927']) {
    it(`${directory}: every path of primary is among a package's files`, function () {
      const folder = sharedData('rpmmd', directory, 'repodata');
      if (folder === undefined) return this.skip();
      const path = (type: string): string =>
        join(folder, readdirSync(folder).find((name) => name.includes(`${type}.xml`))!);
      const packages = readInto(new PrimaryReader(), path('primary'));
      const lists = readInto(new FileListsReader(), path('filelists'));
      const rows = new Map([...lists.packages].map((id, row) => [lists.paths.strings.text(id), row]));
      assert.ok(packages.count > 0);
      let seen = 0;
      for (let index = 0; index < packages.count; index++) {
        const row = rows.get(packages.detail(index, Detail.CHECKSUM));
        assert.ok(row !== undefined);
        const all = new Set(lists.paths.of(row));
        for (const file of packages.files(index)) {
          assert.ok(all.has(file), `${packages.name(index)}: ${file}`);
          seen++;
        }
      }
      assert.ok(seen > 100);
    });
  }
});

describe('repo-rpm metadata: filelists as libsolv reads them (needs python3-solv and ../shared)', () => {
  const solv = hasSolv();
  for (const directory of ['centos-stream-9-baseos', 'azurelinux-desktop', 'createrepo_c/repo_koji_01']) {
    it(`${directory}: every file of every package`, function () {
      const folder = sharedData('rpmmd', directory, 'repodata');
      if (folder === undefined || !solv) return this.skip();
      this.timeout(60_000);
      const path = (type: string): string =>
        join(folder, readdirSync(folder).find((name) => name.includes(`${type}.xml`))!);
      const packages = readInto(new PrimaryReader(), path('primary'));
      const lists = readInto(new FileListsReader(), path('filelists'));
      const rows = new Map([...lists.packages].map((id, row) => [lists.paths.strings.text(id), row]));
      const theirs = filesWithSolv(path('primary'), path('filelists'));
      assert.equal(packages.count, theirs.length);
      for (const [index, expected] of theirs.entries()) {
        const row = rows.get(packages.detail(index, Detail.CHECKSUM))!;
        assert.deepEqual([...new Set(lists.paths.of(row))].sort(), [...expected].sort(), packages.name(index));
      }
    });
  }
});

describe('repo-rpm metadata: who has a path', () => {
  const lists = parse(`<filelists><package pkgid="aa"><file>/usr/bin/a</file><file>/usr/bin/both</file></package>
    <package pkgid="bb"><file>/usr/bin/both</file><file>/bin/a</file><file>/</file><file>/usr</file></package></filelists>`);

  it('finds whole paths only, in order', () => {
    const asked = ['/usr/bin/both', '/usr/bin/a', '/nothing', '/bin/both', '/'];
    assert.deepEqual(
      [...lists.paths.owners(asked)],
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 4],
      ],
    );
    assert.deepEqual([...lists.paths.owners([])], []);
  });

  it('agrees with a look at every path', function () {
    const folder = sharedData('rpmmd', 'centos-stream-9-baseos', 'repodata');
    if (folder === undefined) return this.skip();
    const file = join(folder, readdirSync(folder).find((name) => name.includes('primary.xml'))!);
    const packages = readInto(new PrimaryReader(), file);
    const asked = ['/usr/bin/bash', '/usr/sbin/ip', '/etc/passwd', '/usr/bin/nothing', '/etc/pam.d'];
    const expected: number[][] = [];
    for (let index = 0; index < packages.count; index++) {
      const files = packages.files(index);
      for (const [place, path] of asked.entries()) if (files.includes(path)) expected.push([index, place]);
    }
    assert.ok(expected.length >= 3);
    assert.deepEqual([...packages.paths.owners(asked)], expected);
  });
});
