import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MetadataError, parseRepomd } from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';

const SHA = 'a'.repeat(64);
const data = (inner: string, type = 'primary'): string => `<repomd><data type="${type}">${inner}</data></repomd>`;

function failure(text: string): MetadataError {
  try {
    parseRepomd(Buffer.from(text));
  } catch (error) {
    assert.ok(error instanceof MetadataError, String(error));
    return error;
  }
  assert.fail('it was accepted');
}

describe('repo-rpm metadata: repomd', () => {
  it('reads files with their checksums, sizes and places', () => {
    const repomd = parseRepomd(
      Buffer.from(`<?xml version="1.0"?><repomd xmlns:rpm="x"><revision> 7 </revision><tags><distro>d</distro></tags>
        <data type="primary"><checksum type="SHA256">${SHA.toUpperCase()}</checksum><open-checksum type="sha">${'b'.repeat(40)}</open-checksum>
        <location href="repodata/p.xml.gz"/><timestamp>100.5</timestamp><size>10</size><open-size>20</open-size></data>
        <data type="other"><location xml:base="http://m/" href="o.xml"/><timestamp>200</timestamp></data>
        <data type="primary"><location href="second"/></data></repomd>`),
    );
    assert.equal(repomd.revision, '7');
    assert.equal(repomd.timestamp, 200);
    assert.deepEqual(repomd.files.get('primary'), {
      type: 'primary',
      location: 'repodata/p.xml.gz',
      checksum: { algorithm: 'sha256', value: SHA },
      openChecksum: { algorithm: 'sha', value: 'b'.repeat(40) },
      size: 10,
      openSize: 20,
    });
    assert.equal(repomd.files.get('other')?.location, 'http://m/o.xml');
    assert.equal(repomd.files.get('other')?.checksum, null);
  });

  it('refuses what makes no sense', () => {
    assert.equal(failure('<html/>').code, 'METADATA_UNEXPECTED');
    assert.equal(failure(data('')).code, 'METADATA_INVALID');
    assert.equal(failure(data('<location href="x"/>', '')).code, 'METADATA_INVALID');
    assert.equal(failure(data('<location href="x"/><checksum type="sha256">zz</checksum>')).code, 'METADATA_INVALID');
    assert.equal(failure(data(`<location href="x"/><checksum>${SHA}</checksum>`)).code, 'METADATA_INVALID');
    assert.equal(failure(data('<location href="x"/><size>-1</size>')).code, 'METADATA_INVALID');
    assert.equal(failure(data('<location href="x"/><timestamp>soon</timestamp>')).code, 'METADATA_INVALID');
    assert.equal(failure('').code, 'METADATA_TRUNCATED');
  });
});

describe('repo-rpm metadata: repomd of real repositories (needs ../shared)', () => {
  const KNOWN: { readonly [directory: string]: readonly string[] } = {
    'centos-stream-9-appstream': ['primary', 'filelists', 'other', 'group', 'group_xz', 'modules'],
    'azurelinux-desktop': ['primary', 'filelists', 'other'],
    'createrepo_c/repo_with_additional_metadata': ['primary', 'primary_zck', 'filelists', 'group', 'group_gz'],
    'libzypp-yum/10.2-updates-subset': ['primary', 'filelists', 'patches'],
    'opensuse-11.x-delta': ['primary', 'deltainfo', 'updateinfo'],
    'librepo/repo_yum_02': ['primary', 'filelists_db', 'prestodelta'],
  };
  for (const [directory, types] of Object.entries(KNOWN)) {
    it(directory, function () {
      const path = sharedData('rpmmd', directory, 'repodata', 'repomd.xml');
      if (path === undefined) return this.skip();
      const { files, timestamp } = parseRepomd(readFileSync(join(path)));
      for (const type of types) assert.ok(files.get(type)?.checksum, type);
      assert.ok(timestamp > 1e9);
    });
  }
});
