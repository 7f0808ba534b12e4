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
