import assert from 'node:assert/strict';
import type { World } from '@ostrata/testkit';
import { type Journey, journey } from '../support/journey.ts';
import { packageWorld } from '../support/packages.ts';
import { Workspace } from '../support/workspace.ts';

describe('treefile dates and names a commit', () => {
  let workspace: Workspace;
  let world: World;
  let compose: Journey;
  beforeEach(async () => {
    workspace = new Workspace();
    world = packageWorld();
    compose = await journey(world, workspace);
  });
  afterEach(() => {
    compose[Symbol.dispose]();
    workspace.remove();
  });

  const manifest = (...lines: string[]) => workspace.manifest(...lines);

  it('counts versions on from the parent commit, and the version does not count for the digest', async () => {
    manifest('packages: [app]', 'automatic-version-prefix: "40"');
    const first = await compose.run();
    assert.equal(first.plan?.commit.version, '40');
    assert.equal((await compose.run()).status, 'unchanged');
    const forced = { commit: { parent: 'auto', timestamp: 1, force: true } } as const;
    const second = await compose.run({}, forced);
    assert.equal(second.plan?.commit.version, '40.1');
    assert.deepEqual(second.commit?.meta.metadata['version'], { type: 's', value: '40.1' });
    assert.equal(second.plan?.digest, first.plan?.digest);
    assert.equal((await compose.run({ previousVersion: '40.7' }, forced)).plan?.commit.version, '40.8');
    assert.equal((await compose.run({ addMetadata: { version: 'x' } }, forced)).plan?.commit.version, 'x');
  });

  it('adds metadata from the command line over that of the treefile', async () => {
    manifest('add-commit-metadata: {a: 1, b: two}');
    const { commit } = await compose.run({ addMetadata: { a: 'x', c: 'y' } });
    const metadata = commit?.meta.metadata ?? {};
    assert.deepEqual([metadata['a']?.value, metadata['b']?.value, metadata['c']?.value], ['x', 'two', 'y']);
  });
});
