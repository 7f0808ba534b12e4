import type { RelationKind } from '@ostrata/core';
import fc from 'fast-check';
import { ArchPolicy } from '../../../../plugins/solver-sat/src/pool/arch.ts';
import { PoolBuilder } from '../../../../plugins/solver-sat/src/pool/builder.ts';
import type { Pool } from '../../../../plugins/solver-sat/src/pool/pool.ts';
import { loadTable } from '../../../../plugins/solver-sat/src/request/load.ts';
import type { Job } from '../../../../plugins/solver-sat/src/rules/job.ts';
import { compare, type TestPackage, table } from './tables.ts';

/** A small world of packages and a wish. */
export interface Universe {
  readonly available: readonly TestPackage[];
  readonly installed: readonly TestPackage[];
  readonly install: readonly string[];
  readonly erase: readonly string[];
  readonly weak: boolean;
  /** Further jobs, and policies that are not the default. */
  readonly wishes?: readonly Wish[];
  readonly policies?: Partial<Record<(typeof POLICIES)[number], boolean>>;
}

/** A job about the packages of a name, or about all. */
export interface Wish {
  readonly kind: Job['kind'];
  readonly name: string | null;
  readonly best: boolean;
  readonly weak: boolean;
  /** What only it needed goes with it. */
  readonly cleandeps: boolean;
}

const POLICIES = [
  'uninstall',
  'keepOrphans',
  'bestObeysPolicy',
  'allObsoleters',
  'installUpdates',
  'weakOfInstalled',
  'inferiorArch',
] as const;

export interface UniverseOptions {
  readonly names: number;
  readonly packages: number;
  readonly rich: boolean;
  readonly installed: boolean;
}

const NAMES = 'abcdefghijklmnop';
const COMPARISONS = ['<', '<=', '=', '>=', '>'];

/** Random universes of some names in a few versions and architectures, with all kinds of dependencies. */
export function universes(options: UniverseOptions): fc.Arbitrary<Universe> {
  const name = fc.constantFrom(...NAMES.slice(0, options.names));
  const provide = fc.constantFrom('p', 'q', 'r', 's');
  const version = fc.constantFrom('1-1', '2-1', '2-2', '3-1');
  const simple = fc.oneof(
    { weight: 5, arbitrary: name },
    { weight: 2, arbitrary: provide },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.oneof(name, provide), fc.constantFrom(...COMPARISONS), fc.constantFrom('1', '2', '2-1', '3'))
        .map((parts) => parts.join(' ')),
    },
  );
  const rich = fc.letrec<{ rich: string }>((tie) => ({
    rich: fc.oneof(
      { maxDepth: 2 },
      simple,
      // rpm allows these for operands that one package alone can fulfil.
      fc.tuple(simple, fc.constantFrom('with', 'without'), simple).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('rich'), fc.constantFrom('and', 'or', 'if', 'unless'), tie('rich'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('rich'), fc.constantFrom('if', 'unless'), tie('rich'), tie('rich'))
        .map(([a, op, b, c]) => `(${a} ${op} ${b} else ${c})`),
    ),
  })).rich;
  const dependency = options.rich ? fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: rich }) : simple;
  // libsolv does not look at all packages that deeply nested weak dependencies name.
  const flat = fc.tuple(name, fc.constantFrom('and', 'or', 'if'), name).map(([a, op, b]) => `(${a} ${op} ${b})`);
  const weakly = options.rich ? fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: flat }) : simple;
  const some = (of: fc.Arbitrary<string>, maxLength: number) => fc.array(of, { maxLength });
  const provided = fc.oneof(
    provide,
    fc.tuple(provide, fc.constantFrom('1', '2', '3')).map(([p, v]) => `${p} = ${v}`),
  );
  const relations = fc.record({
    provides: some(provided, 2),
    requires: some(dependency, 3),
    conflicts: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(dependency, 1) }),
    obsoletes: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(simple, 1) }),
    recommends: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(weakly, 2) }),
    suggests: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(simple, 1) }),
    supplements: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(weakly, 1) }),
    enhances: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(simple, 1) }),
  });
  const arch = fc.oneof(
    { weight: 4, arbitrary: fc.constant('x86_64') },
    { weight: 1, arbitrary: fc.constantFrom('noarch', 'i686') },
  );
  const pkg: fc.Arbitrary<TestPackage> = fc
    .tuple(name, version, arch, relations)
    .map(([n, v, a, r]) => ({ nevra: `${n}-${v}.${a}`, relations: r as Partial<Record<RelationKind, string[]>> }));
  const packages = (max: number) =>
    fc.uniqueArray(pkg, { minLength: 1, maxLength: max, selector: ({ nevra }) => nevra });
  const onePerName = fc.uniqueArray(pkg, { maxLength: 5, selector: ({ nevra }) => nevra[0]! });
  return fc.record({
    available: packages(options.packages),
    installed: options.installed ? onePerName : fc.constant([]),
    install: fc.uniqueArray(name, { minLength: options.installed ? 0 : 1, maxLength: 3 }),
    erase: options.installed ? fc.uniqueArray(name, { maxLength: 1 }) : fc.constant([]),
    weak: fc.boolean(),
  });
}

/** Random universes with installed packages and jobs of the given kinds. */
export function worldsWith(kinds: readonly Job['kind'][], packages: number, cleandeps = false): fc.Arbitrary<Universe> {
  const named = fc.record({
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom(...NAMES.slice(0, 7)),
    best: fc.boolean(),
    weak: fc.boolean(),
    cleandeps: cleandeps ? fc.boolean() : fc.constant(false),
  });
  const whole = fc.constantFrom('update' as const, 'distupgrade' as const).filter((kind) => kinds.includes(kind));
  const all = fc.record({
    kind: whole,
    name: fc.constant(null),
    best: fc.boolean(),
    weak: fc.constant(false),
    cleandeps: fc.constant(false),
  });
  const canBeWhole = kinds.includes('update') || kinds.includes('distupgrade');
  return fc
    .tuple(
      universes({ names: 7, packages, rich: false, installed: true }),
      fc.array(canBeWhole ? fc.oneof({ weight: 3, arbitrary: named }, { weight: 1, arbitrary: all }) : named, {
        minLength: 1,
        maxLength: 3,
      }),
      fc.record(
        Object.fromEntries(POLICIES.map((policy) => [policy, fc.boolean()])) as Record<
          (typeof POLICIES)[number],
          fc.Arbitrary<boolean>
        >,
      ),
    )
    .map(([universe, wishes, policies]) => ({ ...universe, erase: [], wishes, policies }));
}

export function poolOf(universe: Universe): Pool {
  const builder = new PoolBuilder();
  loadTable(builder, table(universe.installed, { source: '@installed' }), true);
  loadTable(builder, table(universe.available), false);
  return builder.build(new ArchPolicy('x86_64'), { multilib: true, compareVersions: compare });
}

export function jobsOf(pool: Pool, universe: Universe): Job[] {
  const wished = ({ kind, name, best, weak, cleandeps }: Wish): Job => {
    const one = job(kind, name ?? '');
    if (name !== null) return { ...one, best, weak, cleandeps: cleandeps && kind === 'erase' };
    const packages = kind === 'update' ? Array.from(pool.installedIds) : [];
    return { ...one, candidates: [packages], best, weak, everything: true };
  };
  const job = (kind: Job['kind'], spec: string): Job => {
    const id = pool.strings.find(spec);
    const candidates: number[] = [];
    for (let p = 2; p < pool.count; p++) {
      if (pool.name[p] === id && (pool.installed[p] === 1 || pool.installable(p))) candidates.push(p);
    }
    return { kind, spec, candidates: [candidates], weak: false, best: false, anyArch: false, anyVersion: false };
  };
  const install = universe.install.filter((name) => !universe.erase.includes(name));
  return [
    ...install.map((name) => job('install', name)),
    ...universe.erase.map((name) => job('erase', name)),
    ...(universe.wishes ?? []).map(wished),
  ];
}
