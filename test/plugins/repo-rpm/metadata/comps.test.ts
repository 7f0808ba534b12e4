import assert from 'node:assert/strict';
import type { PackageGroup } from '@ostrata/core';
import { CompsReader, MetadataError, selectableGroups } from '../../../../plugins/repo-rpm/src/metadata/index.ts';
import { sharedData } from '../../../support/shared.ts';
import { hasLibcomps, readWithLibcomps } from './support/libcomps.ts';
import { readInto } from './support/read.ts';

function parse(text: string): PackageGroup[] {
  const reader = new CompsReader();
  reader.write(Buffer.from(text));
  return selectableGroups(reader.end());
}

const COMPS = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps><group><id>base</id><name>Base</name><description>What is always there</description><description xml:lang="de">Alles</description><name xml:lang="de">Basis</name><packagelist>
  <packagereq type="mandatory">bash</packagereq><packagereq>sed</packagereq><packagereq type="optional"> vim </packagereq>
  <packagereq type="conditional" requires="x11">xterm</packagereq></packagelist></group>
 <group><id>more</id><packagelist><packagereq type="default">less</packagereq></packagelist></group>
 <environment><id>server</id><name>Server</name><grouplist><groupid>base</groupid><groupid>gone</groupid></grouplist>
  <optionlist><groupid>more</groupid></optionlist></environment>
 <category><id>apps</id><grouplist><groupid>base</groupid></grouplist></category></comps>`;

describe('repo-rpm metadata: comps', () => {
  it('reads groups and environments', () => {
    assert.deepEqual(parse(COMPS), [
      {
        id: 'base',
        name: 'Base',
        description: 'What is always there',
        packages: [
          { name: 'bash', type: 'mandatory' },
          { name: 'sed', type: 'mandatory' },
          { name: 'vim', type: 'optional' },
          { name: 'xterm', type: 'conditional', requires: 'x11' },
        ],
      },
      { id: 'more', name: 'more', packages: [{ name: 'less', type: 'default' }] },
      {
        id: 'server',
        name: 'Server',
        packages: [],
        environment: { groups: ['base', 'gone'], options: ['more'] },
      },
    ]);
  });

  it('refuses a group without an id', () => {
    assert.throws(() => parse('<comps><group><name>x</name></group></comps>'), MetadataError);
    assert.throws(() => parse('<html/>'), MetadataError);
  });
});

describe('repo-rpm metadata: comps of real distributions (needs ../shared)', () => {
  const KNOWN: readonly (readonly [string, string, number, number])[] = [
    ['pulp/Fedora-19-comps.xml', 'base-x', 100, 12],
    [
      'centos-stream-9-appstream/repodata/db284c8c2444a36ecf2240107e338f559e4262792492818e4ebf8ccb7a424e8a-comps-AppStream.x86_64.xml',
      'additional-devel',
      63,
      4,
    ],
  ];
  for (const [path, known, groups, environments] of KNOWN) {
    it(path, function () {
      const file = sharedData('rpmmd', ...path.split('/'));
      if (file === undefined) return this.skip();
      const comps = selectableGroups(readInto(new CompsReader(), file));
      const isEnvironment = ({ environment }: PackageGroup): boolean => environment !== undefined;
      assert.equal(comps.filter((group) => !isEnvironment(group)).length, groups);
      assert.equal(comps.filter(isEnvironment).length, environments);
      assert.ok(comps.some(({ id, packages }) => id === known && packages.length > 5));
    });
  }
});

describe('repo-rpm metadata: comps as libcomps reads them (needs python3-libcomps and ../shared)', () => {
  const libcomps = hasLibcomps();
  for (const path of [
    'pulp/Fedora-19-comps.xml',
    'centos-stream-9-appstream/repodata/db284c8c2444a36ecf2240107e338f559e4262792492818e4ebf8ccb7a424e8a-comps-AppStream.x86_64.xml',
    'createrepo_c/comps_files/comps_00.xml',
  ]) {
    it(path, function () {
      const file = sharedData('rpmmd', ...path.split('/'));
      if (file === undefined || !libcomps) return this.skip();
      const { groups, environments } = readInto(new CompsReader(), file);
      const theirs = readWithLibcomps(file);
      const member = ({ name, type, requires }: PackageGroup['packages'][number]): string =>
        [name, type, ...(requires === undefined ? [] : [requires])].join(' ');
      assert.ok(groups.length > 0);
      assert.deepEqual(
        groups.map(({ id, name, packages }) => ({ id, name, packages: packages.map(member) })),
        theirs.groups,
      );
      assert.deepEqual(
        environments.map(({ id, name, groups: members, options }) => ({ id, name, groups: members, options })),
        theirs.environments,
      );
    });
  }
});
