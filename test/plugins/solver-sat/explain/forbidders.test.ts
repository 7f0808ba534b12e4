import assert from 'node:assert/strict';
import { type HostError, type Intent, isHostError, type PackageTable } from '@ostrata/core';
import { columnsOf } from '@ostrata/package-columns';
import { answer, intent, type TestPackage, table } from '../support/tables.ts';

const APP: TestPackage = { nevra: 'app-1-1.x86_64', relations: { requires: ['lib >= 2'] } };
const OLD: TestPackage = { nevra: 'lib-1-1.x86_64' };
const LIB: TestPackage = { nevra: 'lib-2-1.x86_64' };

interface Question {
  readonly tables: readonly PackageTable[];
  readonly changes?: Partial<Intent>;
  readonly installed?: PackageTable;
  readonly want?: string;
}

async function problem({ tables, changes, installed, want = 'app' }: Question): Promise<HostError> {
  try {
    await answer(tables, intent([want], changes), installed ?? null);
  } catch (error) {
    assert.ok(isHostError(error), String(error));
    return error.problems[0]!;
  }
  throw new assert.AssertionError({ message: 'there is no problem' });
}

/** A table of which a source shows only the first packages. */
function showing(count: number, packages: readonly TestPackage[], source: string): PackageTable {
  const columns = { ...columnsOf(table(packages)), rows: Uint32Array.from({ length: count }, (_, i) => i) };
  return { ...table(packages.slice(0, count), { source }), columns };
}

function unusable({ data }: HostError): unknown {
  return (data.steps as { unusable: unknown[] }[]).flatMap((step) => step.unusable);
}

describe('explanations name who forbids a package, and what lifts that', () => {
  it('a version that is missing', async () => {
    const { message, hint } = await problem({ tables: [table([APP, OLD])] });
    assert.match(message, /nothing provides lib >= 2, which app-1-1\.x86_64 requires/);
    assert.match(hint!, /^The sources have lib-1-1\.x86_64\. Add a package source/);
  });

  it('an exclude', async () => {
    const found = await problem({ tables: [table([APP, LIB])], changes: { exclude: ['li?'] } });
    assert.match(found.message, /that may be used \(lib-2-1\.x86_64: excluded by "li\?"\)/);
    assert.match(found.hint!, /^Take "li\?" out of the packages to exclude or leave out "app"\.$/);
    assert.deepEqual(unusable(found), [{ package: 'lib-2-1.x86_64', reason: 'excluded by "li?"' }]);
  });

  it('the settings of a source', async () => {
    const found = await problem({ tables: [showing(1, [APP, OLD, LIB], 'main')] });
    assert.match(found.message, /that may be used \(lib-2-1\.x86_64: source main leaves it out\)/);
    assert.match(found.hint!, /^Change excludepkgs or includepkgs of source main or leave out "app"\.$/);
    assert.deepEqual(unusable(found), [{ package: 'lib-2-1.x86_64', reason: 'source main leaves it out' }]);
    const missing = await problem({ tables: [showing(1, [APP, LIB], 'main')], want: 'lib' });
    assert.match(missing.message, /^No usable package fits "lib": lib-2-1\.x86_64 \(source main leaves it out\)\.$/);
    assert.match(missing.hint!, /excludepkgs or includepkgs of source main/);
  });

  it('a pin, strict pins and sources for pinned packages', async () => {
    const tables = [table([APP, OLD, LIB])];
    const pin = { name: 'lib', evr: '1-1', arch: null };
    const pinned = await problem({ tables, changes: { pins: [pin] } });
    assert.match(pinned.message, /lib-2-1\.x86_64: "lib" is pinned to 1-1/);
    assert.match(pinned.hint!, /^Change the version of "lib" in the lock file/);
    const strict = await problem({ tables, changes: { pins: [{ ...pin, name: 'app' }], strictPins: true } });
    assert.match(strict.hint!, /^Add "lib" to the lock file, or lift its strictness/);
    const sources = [table([APP], { source: 'main' }), table([LIB], { source: 'locked' })];
    const reserved = await problem({ tables: sources, changes: { pinnedOnlySources: ['locked'] } });
    assert.match(reserved.hint!, /^Pin the package in a lock file, or use source locked for all packages/);
  });

  it('another architecture', async () => {
    const { message, hint } = await problem({ tables: [table([APP, { nevra: 'lib-2-1.aarch64' }])] });
    assert.match(message, /lib-2-1\.aarch64: it is for aarch64, not x86_64/);
    assert.match(hint!, /^Add a package source that has it for x86_64/);
  });

  it('the base image', async () => {
    const { message, hint } = await problem({ tables: [table([APP, LIB])], installed: table([OLD]) });
    assert.match(message, /the base has lib-1-1\.x86_64, which must stay as it is/);
    assert.match(
      hint!,
      /Override .* of the base: replace \(ostrata override replace\) or remove it \(ostrata override remove \S+\)/,
    );
  });

  it('a source that is not used', async () => {
    const found = await problem({
      tables: [table([APP, LIB], { source: 'main' })],
      changes: { install: [{ spec: 'app', source: 'testing' }] },
    });
    assert.match(found.message, /^"app" shall come from source testing, which is not used\.$/);
    assert.match(found.hint!, /^Enable the source, or ask for the package without it\. Sources in use: main\.$/);
    assert.deepEqual(found.data.sources, ['main']);
  });

  it('a conflict', async () => {
    const rival: TestPackage = { nevra: 'rival-1-1.x86_64', relations: { conflicts: ['lib'] } };
    const { message, hint } = await problem({
      tables: [table([APP, LIB, rival])],
      changes: { install: [{ spec: 'app' }, { spec: 'rival' }] },
    });
    assert.match(message, /rival-1-1\.x86_64 conflicts with lib, provided by lib-2-1\.x86_64/);
    assert.match(hint!, /^Ask for packages that go together or leave out "app" or "rival"\.$/);
  });
});
