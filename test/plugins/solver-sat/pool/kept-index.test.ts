import assert from 'node:assert/strict';
import type { PackageTable } from '@ostrata/core';
import { columnsOf, indexColumns, ownersOf } from '@ostrata/package-columns';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import { dependencyText } from '../../../../plugins/solver-sat/src/pool/text.ts';
import { loadTable } from '../../../../plugins/solver-sat/src/request/load.ts';
import { compare, type TestPackage, table } from '../support/tables.ts';

/** A repository as caches give it: with the index that was made when it was read. */
function kept(whole: PackageTable): PackageTable {
  const columns = columnsOf(whole);
  const index = indexColumns(columns, { owners: (paths) => ownersOf(whole, paths), compare });
  return Object.assign(Object.create(whole) as PackageTable, {
    columns: { ...columns, strings: index.strings, index },
  });
}

/** Who fulfils each dependency that is named anywhere, in words; without packages of an index in `excluded`. */
function answers(tables: readonly PackageTable[], excluded: readonly number[] = []): Map<string, string[]> {
  const builder = new PoolBuilder(tables[0]?.columns?.strings);
  for (const [i, one] of tables.entries()) loadTable(builder, one, i === 1);
  const asked = ['web', '/usr/bin/new', 'rpmlib(X)'].map((name) => builder.dependency(name));
  asked.push(builder.dependency('web', 1, '1'), builder.dependency('rpmlib(X)', 4, '3'));
  const marks = new Uint8Array(builder.count);
  for (const p of excluded) marks[p] = 1;
  const pool = builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions: compare, excluded: marks });
  const found = new Map<string, string[]>();
  const ask = (dep: number) => {
    const packages: string[] = [];
    for (let i = pool.providers.of(dep); pool.providers.data[i] !== 0; i++) packages.push(`${pool.providers.data[i]}`);
    found.set(dependencyText(pool, dep), packages);
  };
  for (const list of Object.values(pool.lists)) {
    for (const start of list) if (start !== 0) for (let i = start; pool.deps[i] !== 0; i++) ask(pool.deps[i]!);
  }
  for (const dep of asked) ask(dep);
  for (let p = 2; p < pool.count; p++) found.set(pool.text(p), [`${p}`]);
  return found;
}

describe('an index that is kept with packages', () => {
  const first: TestPackage[] = [
    { nevra: 'a-1-1.x86_64', relations: { provides: ['web = 1'], requires: ['web > 1', 'c', '/usr/bin/tool'] } },
    { nevra: 'b-2-1.i686', relations: { provides: ['web = 2', 'web = 3'], requires: ['(a or (d >= 2 and e))'] } },
    { nevra: 'c-1-1.src', relations: { provides: ['web'], conflicts: ['web < 2', 'nobody < 3'] } },
  ];
  const second: TestPackage[] = [
    { nevra: 'd-2-1.noarch', relations: { provides: ['web = 4'], requires: ['web >= 3', 'a = 1-1'] } },
    { nevra: 'a-1-1.x86_64', relations: { requires: ['rpmlib(X) <= 3', '/usr/bin/new'], supplements: ['(b and c)'] } },
  ];
  const withFiles = (packages: readonly TestPackage[], path: string) => {
    const made = table(packages);
    return Object.assign(Object.create(made) as PackageTable, { files: (i: number) => (i === 0 ? [path] : []) });
  };
  const one = withFiles(first, '/usr/bin/new');
  const two = withFiles(second, '/usr/bin/tool');

  it('tells the same as packages without one: alone, with others, and where some do not count', () => {
    for (const tables of [[one], [two], [one, two], [two, one]]) {
      for (const excluded of [[], [2], [3, 4]]) {
        const expected = answers(tables, excluded);
        assert.deepEqual(answers(tables.map(kept), excluded), expected);
        for (const [i] of tables.entries()) {
          const mixed = tables.map((part, place) => (place === i ? kept(part) : part));
          assert.deepEqual(answers(mixed, excluded), expected);
        }
      }
    }
  });

  it('knows who fulfils relations, files among what is provided, and the system', () => {
    const found = answers([kept(one), kept(two)]);
    assert.deepEqual(found.get('web > 1'), ['3', '5']);
    assert.deepEqual(found.get('/usr/bin/tool'), ['5']);
    assert.deepEqual(found.get('/usr/bin/new'), ['2']);
    assert.deepEqual(found.get('rpmlib(X) <= 3'), ['1']);
    assert.deepEqual(found.get('nobody < 3'), []);
  });

  it('marks whose provides say more than a name, and not what kernels provide', () => {
    const { columns } = kept(
      table([
        { nevra: 'kernel-1-1.x86_64', relations: { provides: ['modalias(acpi*:PNP0C50:*)', 'perl(A::B)'] } },
        { nevra: 'words-1-1.noarch', relations: { provides: ['locale(app:de)'] } },
        { nevra: 'part-1-1.noarch', relations: { provides: ['whole:/usr/bin/part'] } },
        { nevra: 'driver-1-1.noarch', relations: { supplements: ['modalias(acpi*:PNP0C50:*)'] } },
      ]),
    );
    assert.deepEqual(Array.from(columns?.index?.suse ?? []), [3, 4, -5]);
  });
});
