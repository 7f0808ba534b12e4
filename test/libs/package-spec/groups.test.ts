import assert from 'node:assert/strict';
import type { PackageGroup, PackageTable } from '@ostrata/core';
import { findGroup } from '@ostrata/package-spec';

function source(...groups: readonly PackageGroup[]): PackageTable {
  return { groups } as unknown as PackageTable;
}

const TOOLS: PackageGroup = {
  id: 'tools',
  name: 'Handy Tools',
  packages: [
    { name: 'hammer', type: 'mandatory' },
    { name: 'saw', type: 'default' },
    { name: 'laser', type: 'optional' },
    { name: 'nails', type: 'conditional', requires: 'wood' },
  ],
};
const SHOP: PackageGroup = {
  id: 'workshop',
  name: 'Workshop',
  packages: [],
  environment: { groups: ['tools', 'lights', 'nowhere'], options: ['music'] },
};
const LIGHTS: PackageGroup = { id: 'lights', name: 'Lights', packages: [{ name: 'lamp', type: 'default' }] };
const MUSIC: PackageGroup = { id: 'music', name: 'Music', packages: [{ name: 'radio', type: 'mandatory' }] };

describe('groups of package sources', () => {
  const sources = [
    source(TOOLS, SHOP),
    source(LIGHTS, MUSIC, { ...TOOLS, packages: [{ name: 'tape', type: 'mandatory' }] }),
  ];

  it('adds up what sources say of one group, without what is optional', () => {
    assert.deepEqual(findGroup(sources, 'tools'), {
      id: 'tools',
      packages: ['hammer', 'saw', 'tape'],
      conditional: [{ name: 'nails', requires: 'wood' }],
    });
  });

  it('finds the groups of an environment in all sources, without the ones that may be added', () => {
    assert.deepEqual(findGroup(sources, 'workshop')?.packages, ['hammer', 'saw', 'lamp', 'tape']);
  });

  it('knows groups by id, by name, and by a pattern in any case', () => {
    assert.equal(findGroup(sources, 'Handy Tools')?.id, 'tools');
    assert.equal(findGroup(sources, 'handy*')?.id, 'tools');
    assert.equal(findGroup(sources, 'WORKSHOP')?.id, 'workshop');
    assert.deepEqual(findGroup(sources, 'm*')?.packages, ['radio']);
    assert.equal(findGroup(sources, 'nowhere'), null);
  });
});
