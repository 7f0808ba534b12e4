import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Plan } from '@ostrata/core';
import type { World } from '@ostrata/testkit';
import { type Journey, journey } from '../support/journey.ts';
import { installed, packageWorld } from '../support/packages.ts';
import { rejectionOf, Workspace } from '../support/workspace.ts';

describe('treefile locks and excludes', () => {
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

  it('holds packages at the builds of lockfiles, and only those when strict', async () => {
    manifest('packages: [lib]');
    const lock = workspace.write('lock.json', '{"packages": {"lib": {"evra": "1-1.noarch"}}}');
    assert.deepEqual(installed((await compose.run({ lockfiles: [lock] }, { until: 'resolve' })).plan), ['lib 1']);
    manifest('packages: [extra, lib]');
    const error = await rejectionOf(compose.run({ lockfiles: [lock], lockfileStrict: true }, { until: 'resolve' }));
    assert.ok(['TREEFILE_LOCKED', 'FAKE_UNSOLVABLE'].includes(error.code), `${error.code} ${error.message}`);
  });

  it('allows nothing when a strict lockfile names nothing', async () => {
    manifest('packages: [lib]');
    const lock = workspace.write('lock.json', '{"packages": {}}');
    await rejectionOf(compose.run({ lockfiles: [lock], lockfileStrict: true }, { until: 'resolve' }));
    assert.equal((await compose.run({ lockfiles: [lock] }, { until: 'resolve' })).status, 'done');
  });

  it('refuses a locked package with another digest', async () => {
    manifest('packages: [lib]');
    const lock = workspace.write('lock.json', '{"packages": {"lib": {"evr": "2-1", "digest": "sha256:00ff"}}}');
    const error = await rejectionOf(compose.run({ lockfiles: [lock] }, { until: 'resolve' }));
    assert.equal(error.code, 'TREEFILE_LOCKED');
    assert.match(error.message, /has the digest sha256:[0-9a-f]{64}, and the lockfile says sha256:00ff/);
  });

  it('uses lockfile repositories with a lockfile only', async () => {
    world.sources.set('pool', { packages: [{ name: 'lib', version: '1.5' }] });
    manifest('lockfile-repos: [pool]', 'packages: [lib]');
    const sources = (plan: Plan | null) => plan?.snapshots.map(({ source }) => source.id);
    assert.deepEqual(sources((await compose.run({}, { until: 'resolve' })).plan), ['main']);
    const lock = workspace.write('lock.yaml', 'packages: {lib: {evr: 1.5-1}}');
    const { plan } = await compose.run({ lockfiles: [lock] }, { until: 'resolve' });
    assert.deepEqual(sources(plan), ['main', 'pool']);
    assert.deepEqual(installed(plan), ['lib 1.5']);
  });

  it('writes a lockfile that holds what was chosen', async () => {
    manifest('packages: [app]');
    const file = workspace.path('out.json');
    const first = await compose.run({ writeLockfileTo: file }, { until: 'resolve' });
    const written = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(Object.keys(written.packages), ['app', 'extra', 'lib']);
    assert.equal(written.packages.lib.evra, '2-1.noarch');
    assert.match(written.packages.lib.digest, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(written.metadata, {
      generated: '2023-11-14T00:00:00Z',
      rpmmd_repos: { main: { generated: '1970-01-01T00:00:00Z' } },
    });
    const again = await compose.run({ lockfiles: [file], lockfileStrict: true }, { until: 'resolve' });
    assert.equal(again.plan?.digest, first.plan?.digest);
    assert.deepEqual(readdirSync(workspace.directory).sort(), ['manifest.yaml', 'out.json']);
  });

  it('says why a lockfile cannot be written, and leaves nothing behind', async () => {
    manifest('packages: [app]');
    const error = await rejectionOf(
      compose.run({ writeLockfileTo: workspace.path('no/out.json') }, { until: 'resolve' }),
    );
    assert.equal(error.code, 'TREEFILE_WRITE');
    mkdirSync(workspace.path('taken/in'), { recursive: true });
    const file = workspace.path('taken');
    assert.equal(
      (await rejectionOf(compose.run({ writeLockfileTo: file }, { until: 'resolve' }))).code,
      'TREEFILE_WRITE',
    );
    assert.deepEqual(readdirSync(workspace.directory).sort(), ['manifest.yaml', 'taken']);
  });

  it('does not install what is excluded', async () => {
    manifest('packages: [app]', 'exclude-packages: [extra]');
    assert.deepEqual(installed((await compose.run({}, { until: 'resolve' })).plan), ['app 1', 'lib 2']);
    manifest('packages: [app]', 'exclude-packages: [lib]');
    assert.ok(await rejectionOf(compose.run({}, { until: 'resolve' })));
  });
});
