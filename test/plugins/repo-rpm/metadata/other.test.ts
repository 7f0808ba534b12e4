import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Changelogs,
  Detail,
  decodeChangelogs,
  encodeChangelogs,
  MetadataError,
  OtherReader,
  PrimaryReader,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { readInto } from './support/read.ts';
import { changelogsWithSolv, hasSolv } from './support/solv.ts';

function parse(text: string): Changelogs {
  const reader = new OtherReader();
  reader.write(Buffer.from(text));
  return reader.end();
}

const LOGS = `<otherdata packages="2"><package pkgid="aa" name="a" arch="noarch"><version epoch="0" ver="1" rel="1"/>
  <changelog author="A &lt;a@b&gt; - 1-1" date="100">- first</changelog>
  <changelog author="B" date="200">- second &amp; more</changelog></package><package pkgid="bb"/></otherdata>`;

describe('repo-rpm metadata: changelogs', () => {
  it('reads the entries of each package, the latest first', () => {
    const logs = parse(LOGS);
    assert.deepEqual(logs.of('aa'), [
      { author: 'B', time: 200, text: '- second & more' },
      { author: 'A <a@b> - 1-1', time: 100, text: '- first' },
    ]);
    assert.deepEqual(logs.of('bb'), []);
    assert.deepEqual(logs.of('nobody'), []);
  });

  it('packs and unpacks', () => {
    const bytes = encodeChangelogs(parse(LOGS), 'key');
    assert.deepEqual(decodeChangelogs(bytes, 'key').of('aa'), parse(LOGS).of('aa'));
    assert.throws(() => decodeChangelogs(bytes, 'other'), MetadataError);
  });

  it('refuses packages without an id, dates that are none and other documents', () => {
    const code = (text: string) => (error: unknown) => error instanceof MetadataError && error.code === text;
    assert.throws(() => parse('<otherdata><package/></otherdata>'), code('METADATA_INVALID'));
    assert.throws(() => parse(LOGS.replace('"100"', '"yesterday"')), code('METADATA_INVALID'));
    assert.throws(() => parse(LOGS.replace('"100"', '"4294967296"')), code('METADATA_INVALID'));
    assert.throws(() => parse('<metadata/>'), code('METADATA_UNEXPECTED'));
  });
});

describe('repo-rpm metadata: changelogs as libsolv reads them (needs python3-solv and ../shared)', () => {
  const solv = hasSolv();
  for (const directory of ['azurelinux-desktop', 'createrepo_c/repo_koji_01', 'libzypp-yum/10.2-updates-subset']) {
    it(directory, function () {
      const folder = sharedData('rpmmd', directory, 'repodata');
      if (folder === undefined || !solv) return this.skip();
      const path = (type: string): string =>
        join(folder, readdirSync(folder).find((name) => name.includes(`${type}.xml`))!);
      const packages = readInto(new PrimaryReader(), path('primary'));
      const logs = readInto(new OtherReader(), path('other'));
      const key = (entries: readonly { author: string; time: number; text: string }[]): string[] =>
        entries.map(({ author, time, text }) => `${time} ${author} ${text}`).sort();
      const theirs = changelogsWithSolv(path('primary'), path('other'));
      assert.equal(packages.count, theirs.length);
      let seen = 0;
      for (const [index, expected] of theirs.entries()) {
        const ours = logs.of(packages.detail(index, Detail.CHECKSUM));
        assert.deepEqual(key(ours), key(expected), packages.name(index));
        seen += ours.length;
      }
      assert.ok(seen > 0);
    });
  }
});
