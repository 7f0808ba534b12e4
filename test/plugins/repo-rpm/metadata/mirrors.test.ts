import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MetadataError, parseMetalink, parseMirrorList } from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';

const METALINK = `<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager"><files>
 <file name="other.xml"><resources><url preference="1">http://no/</url></resources></file>
 <file name="repomd.xml"><mm0:timestamp>200</mm0:timestamp><size>30</size>
  <verification><hash type="md5">${'a'.repeat(32)}</hash><hash type="sha256">${'B'.repeat(64)}</hash></verification>
  <mm0:alternates><mm0:alternate><mm0:timestamp>100</mm0:timestamp><size>20</size>
   <verification><hash type="sha512">${'c'.repeat(128)}</hash></verification></mm0:alternate></mm0:alternates>
  <resources maxconnections="1"><url protocol="http" preference="50">http://b/repodata/repomd.xml</url>
   <url protocol="rsync" preference="100">rsync://c/repodata/repomd.xml</url>
   <url protocol="https" preference="99">https://a/repodata/repomd.xml</url></resources></file></files></metalink>`;

describe('repo-rpm metadata: mirrors', () => {
  it('reads a metalink: mirrors by preference, and every version that it vouches for', () => {
    assert.deepEqual(parseMetalink(Buffer.from(METALINK), 'repomd.xml'), {
      versions: [
        {
          checksums: [
            { algorithm: 'md5', value: 'a'.repeat(32) },
            { algorithm: 'sha256', value: 'b'.repeat(64) },
          ],
          size: 30,
          timestamp: 200,
        },
        { checksums: [{ algorithm: 'sha512', value: 'c'.repeat(128) }], size: 20, timestamp: 100 },
      ],
      urls: ['https://a/repodata/repomd.xml', 'http://b/repodata/repomd.xml'],
    });
  });

  it('reads version 4, where small priorities go first', () => {
    const text = `<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="repomd.xml"><hash type="sha-256">${'b'.repeat(64)}</hash>
      <url priority="2">http://b/x</url><url priority="1">http://a/x</url></file></metalink>`;
    const { versions, urls } = parseMetalink(Buffer.from(text), 'repomd.xml');
    assert.deepEqual(versions[0]?.checksums, [{ algorithm: 'sha256', value: 'b'.repeat(64) }]);
    assert.deepEqual(urls, ['http://a/x', 'http://b/x']);
  });

  it('refuses a metalink of another file, or without mirrors', () => {
    assert.throws(() => parseMetalink(Buffer.from(METALINK), 'absent.xml'), MetadataError);
    assert.throws(
      () => parseMetalink(Buffer.from(METALINK.replace(/<resources max[\s\S]*?<\/resources>/, '')), 'repomd.xml'),
      MetadataError,
    );
    assert.throws(() => parseMetalink(Buffer.from('<html/>'), 'repomd.xml'), MetadataError);
  });

  it('reads a mirror list, and refuses an error page', () => {
    const list = parseMirrorList(Buffer.from('# a comment\n\n http://a/r/ \r\nftp://b/r\nhttps://c/r\nfile:///d\n'));
    assert.deepEqual(list, ['http://a/r/', 'https://c/r', 'file:///d']);
    assert.throws(
      () => parseMirrorList(Buffer.from('# ok\nInvalid release\n')),
      (error: unknown) => error instanceof MetadataError && error.line === 2,
    );
  });
});

describe('repo-rpm metadata: mirrors of real repositories (needs ../shared)', () => {
  it('reads librepo’s metalink and mirror lists', function () {
    const metalink = sharedData('rpmmd', 'librepo', 'metalink.xml');
    const list = sharedData('rpmmd', 'librepo', 'mirrorlists', 'mirrorlist_01');
    if (metalink === undefined || list === undefined) return this.skip();
    const parsed = parseMetalink(readFileSync(metalink), 'repomd.xml');
    assert.ok(parsed.urls.length > 0);
    assert.ok(parsed.versions[0]!.checksums.length > 0);
    assert.deepEqual(parseMirrorList(readFileSync(list)), ['http://foo.bar/fedora/linux/']);
  });
});
