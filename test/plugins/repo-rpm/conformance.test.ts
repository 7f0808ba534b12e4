import { truncateSync } from 'node:fs';
import { packageFormatConformance, pluginConformance, type SamplePackage } from '@ostrata/testkit';
import repoRpm from '../../../plugins/repo-rpm/src/index.ts';
import { plannedPackage } from './support/compose.ts';
import { ImportFixture } from './support/import-fixture.ts';
import type { BuiltPackage } from './support/rpm-builder.ts';

async function formatFixture() {
  const fixture = await ImportFixture.open();
  const controller = new AbortController();
  const ctx = { ...fixture.ctx, environment: fixture.ctx.environment, signal: controller.signal };
  const sample = (pkg: BuiltPackage, paths: readonly string[]): SamplePackage => {
    const file = fixture.write(pkg);
    return { package: plannedPackage(file), file, paths };
  };
  const damaged = sample({ name: 'damaged', files: [{ path: '/usr/d', content: 'content' }] }, []);
  truncateSync(damaged.file, damaged.package.size - 40);
  return {
    format: fixture.format,
    store: fixture.store,
    ctx,
    damaged,
    packages: [
      sample({ name: 'a', files: [{ path: '/bin/a' }, { path: '/etc/a' }] }, ['usr/bin/a', 'usr/etc/a']),
      sample({ name: 'b', files: [{ path: '/usr/share/b' }] }, ['usr/share/b']),
    ],
    abort: () => controller.abort(),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

describe('repo-rpm', () => {
  describe('as a plugin', () => {
    for (const { name, run } of pluginConformance(repoRpm)) it(name, run);
  });
  describe('as the package format rpm', () => {
    for (const { name, run } of packageFormatConformance(formatFixture)) it(name, run);
  });
});
