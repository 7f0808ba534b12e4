import type { Context, Intent, PackageGroup, PackageTable, Relation, RelationKind } from '@ostrata/core';
import { compareEvr, parseEvr } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import { SatSolver } from '../../../../plugins/solver-sat/src/request/solver.ts';

/** A package in one line a dependency: `requires: ['b >= 2', '(c or d)']`. */
export interface TestPackage {
  /** `name-[epoch:]version-release.arch`; without a version it is 1-1, without an architecture noarch. */
  nevra: string;
  relations?: Partial<Record<RelationKind, readonly string[]>>;
  files?: readonly string[];
}

export interface TableOptions {
  readonly source?: string;
  readonly priority?: number;
  readonly groups?: readonly PackageGroup[];
}

export function compare(a: string, b: string): number {
  return compareEvr(parseEvr(a), parseEvr(b));
}

/** A table of packages that are written down in a test. */
export function table(packages: readonly TestPackage[], options: TableOptions = {}): PackageTable {
  const parsed = packages.map((pkg) => ({ ...parseNevra(pkg.nevra), pkg }));
  return {
    source: options.source ?? 'test',
    priority: options.priority ?? 99,
    format: 'rpm',
    count: packages.length,
    name: (i) => parsed[i]!.name,
    epoch: (i) => parsed[i]!.epoch,
    version: (i) => parsed[i]!.version,
    release: (i) => parsed[i]!.release,
    arch: (i) => parsed[i]!.arch,
    vendor: () => '',
    summary: () => '',
    relations: (i, kind) => (parsed[i]!.pkg.relations?.[kind] ?? []).map(parseRelation),
    files: (i) => parsed[i]!.pkg.files ?? [],
    filesComplete: true,
    loadFiles: async () => {},
    groups: options.groups ?? [],
    planned: (i, reason) => ({
      format: 'rpm',
      name: parsed[i]!.name,
      epoch: parsed[i]!.epoch,
      version: parsed[i]!.version,
      release: parsed[i]!.release,
      arch: parsed[i]!.arch,
      source: options.source ?? 'test',
      location: `${parsed[i]!.pkg.nevra}.rpm`,
      checksum: { algorithm: 'sha256', value: parsed[i]!.pkg.nevra },
      size: 1,
      installedSize: 1,
      reason,
    }),
  };
}

function parseNevra(nevra: string) {
  const [, name, epoch, version, release, arch] =
    /^(.+?)(?:-(?:([0-9]+):)?([^-]+)-([^-]+?))?(?:\.([a-z][a-z0-9_]*))?$/.exec(nevra)!;
  return {
    name: name!,
    epoch: Number(epoch ?? 0),
    version: version ?? '1',
    release: release ?? '1',
    arch: arch ?? 'noarch',
  };
}

function parseRelation(text: string): Relation {
  const pre = text.startsWith('pre:') ? { pre: true } : {};
  const body = text.replace(/^pre:/, '');
  const versioned = /^([^(\s]\S*) (<|<=|=|>=|>) (\S+)$/.exec(body);
  if (versioned === null) return { name: body, ...pre };
  return { name: versioned[1]!, compare: versioned[2] as '<', evr: versioned[3]!, ...pre };
}

/** An intent that asks for the named things on x86_64. */
export function intent(install: readonly string[], changes: Partial<Intent> = {}): Intent {
  return {
    install: install.map((spec) => ({ spec })),
    remove: [],
    replace: [],
    pins: [],
    strictPins: false,
    exclude: [],
    pinnedOnlySources: [],
    weak: true,
    arch: 'x86_64',
    ...changes,
  };
}

/** What a solver needs of a run. */
export const CONTEXT = { signal: new AbortController().signal } as Context;

/** Solves and gives `name-version-release.arch` of what is installed, in order, and `-name…` of what is removed. */
export async function answer(
  available: readonly PackageTable[],
  wanted: Intent,
  installed: PackageTable | null = null,
  config = { multilib: true, installonly: [] as string[] },
): Promise<string[]> {
  const transaction = await new SatSolver(config).solve({ intent: wanted, available, installed, compare }, CONTEXT);
  return [
    ...transaction.install.map(({ table: from, index }) => nevraAt(from, index)),
    ...transaction.remove.map(({ table: from, index }) => `-${nevraAt(from, index)}`),
  ];
}

export function nevraAt(from: PackageTable, i: number): string {
  const epoch = from.epoch(i) > 0 ? `${from.epoch(i)}:` : '';
  return `${from.name(i)}-${epoch}${from.version(i)}-${from.release(i)}.${from.arch(i)}`;
}
