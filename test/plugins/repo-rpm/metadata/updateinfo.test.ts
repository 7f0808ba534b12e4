import assert from 'node:assert/strict';
import { type Advisory, evrOf } from '@ostrata/core';
import {
  decodeAdvisories,
  encodeAdvisories,
  MetadataError,
  UpdateInfoReader,
} from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { readInto } from './support/read.ts';
import { advisoriesWithSolv, hasSolv } from './support/solv.ts';

function parse(text: string): Advisory[] {
  const reader = new UpdateInfoReader();
  reader.write(Buffer.from(text));
  return reader.end();
}

const UPDATES = `<updates><update from="a@b" status="final" type="security" version="1">
  <id>OS-2026-1</id><title>a is fixed</title><issued date="2026-01-02 03:04:05"/><severity>Critical</severity>
  <references><reference href="https://b/1" id="CVE-2026-1" type="cve" title="hole"/></references>
  <description>Bad &amp; old.</description>
  <pkglist><collection short="c"><name>C</name><package name="a" epoch="1" version="2" release="3" arch="x86_64"><filename>a.rpm</filename></package>
  <package name="b" version="2" release="3" arch="noarch"/></collection></pkglist></update></updates>`;

describe('repo-rpm metadata: advisories', () => {
  it('reads all of them', () => {
    assert.deepEqual(parse(UPDATES), [
      {
        id: 'OS-2026-1',
        type: 'security',
        severity: 'Critical',
        title: 'a is fixed',
        description: 'Bad & old.',
        issued: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
        references: [{ type: 'cve', id: 'CVE-2026-1', href: 'https://b/1', title: 'hole' }],
        packages: [
          { name: 'a', epoch: 1, version: '2', release: '3', arch: 'x86_64' },
          { name: 'b', epoch: 0, version: '2', release: '3', arch: 'noarch' },
        ],
      },
    ]);
    assert.deepEqual(parse('<updates/>'), []);
  });

  it('packs and unpacks', () => {
    const bytes = encodeAdvisories(parse(UPDATES), 'key');
    assert.deepEqual(decodeAdvisories(bytes, 'key'), parse(UPDATES));
    assert.throws(() => decodeAdvisories(bytes, 'other'), MetadataError);
  });

  it('refuses advisories without an id, packages without a name or version, and other documents', () => {
    const code = (text: string) => (error: unknown) => error instanceof MetadataError && error.code === text;
    for (const part of ['<id>OS-2026-1</id>', 'name="a" ', ' version="2"']) {
      assert.throws(() => parse(UPDATES.replace(part, '')), code('METADATA_INVALID'), part);
    }
    assert.throws(() => parse(UPDATES.replace('epoch="1"', 'epoch="-1"')), code('METADATA_INVALID'));
    assert.throws(() => parse('<metadata/>'), code('METADATA_UNEXPECTED'));
  });
});

describe('repo-rpm metadata: advisories as libsolv reads them (needs python3-solv and ../shared)', () => {
  const solv = hasSolv();
  for (const file of [
    'pulp/0a222a60828edc58e2417ebf36d3e015210c7937787e72713ef24781e1127b04-updateinfo.xml.gz',
    'pulp/074ce6ad99850b1b040cd9e2761688342b296de362428ecff271e8a36bacac93-updateinfo.xml',
    'opensuse-11.x-delta/repodata/updateinfo.xml.gz',
  ]) {
    it(file, function () {
      const path = sharedData('rpmmd', file);
      if (path === undefined || !solv) return this.skip();
      const ours = readInto(new UpdateInfoReader(), path);
      const theirs = advisoriesWithSolv(path);
      assert.equal(ours.length, theirs.length);
      assert.ok(ours.length > 0);
      let same = 0;
      for (const [n, expected] of theirs.entries()) {
        const { id, type, severity, title, description, issued, references, packages } = ours[n]!;
        // libsolv has the advisory's version behind its id.
        assert.ok(expected.id === id || expected.id.startsWith(`${id}-`), `${id} and ${expected.id}`);
        assert.deepEqual(
          { type, severity, title: title.trim(), description: description.trim() },
          {
            type: expected.type,
            severity: expected.severity,
            title: expected.title.trim(),
            description: expected.description.trim(),
          },
          id,
        );
        // libsolv has the time of the last change.
        assert.ok(issued <= expected.issued, id);
        same += Number(issued === expected.issued);
        assert.deepEqual(
          references.map((reference) => [reference.type, reference.id, reference.href, reference.title]),
          expected.references,
          id,
        );
        // libsolv leaves out source packages.
        const binary = packages.filter(({ arch }) => arch !== 'src' && arch !== 'nosrc');
        const builds = (list: readonly (readonly string[])[]) => list.map((build) => build.join(' ')).sort();
        assert.deepEqual(
          builds(binary.map((pkg) => [pkg.name, evrOf({ ...pkg, format: 'rpm' }), pkg.arch])),
          builds(expected.packages.filter(([, , arch]) => arch !== 'src' && arch !== 'nosrc')),
          id,
        );
      }
      assert.ok(same > 0);
    });
  }
});
