import { hash } from 'node:crypto';
import {
  type Comparison,
  evrOf,
  nevraOf,
  type PackageGroup,
  type PackageTable,
  type PlannedPackage,
  type Relation,
  type RelationKind,
} from '@ostrata/core';
import { type FakePackage, identityOf } from './packages.ts';

/** A table of packages that tests wrote down. */
export function packageTable(
  source: string,
  packages: readonly FakePackage[],
  options: { readonly priority?: number; readonly groups?: readonly PackageGroup[]; readonly format?: string } = {},
): PackageTable {
  const at = (index: number): FakePackage => {
    const pkg = packages[index];
    if (pkg === undefined) throw new RangeError(`there is no package ${index} in ${source}`);
    return pkg;
  };
  const identity = (index: number) => ({ ...identityOf(at(index)), format: options.format ?? 'fake' });
  return {
    source,
    priority: options.priority ?? 99,
    format: options.format ?? 'fake',
    count: packages.length,
    name: (index) => at(index).name,
    epoch: (index) => identity(index).epoch,
    version: (index) => identity(index).version,
    release: (index) => identity(index).release,
    arch: (index) => identity(index).arch,
    vendor: () => '',
    summary: (index) => `The package ${at(index).name}`,
    relations: (index, kind) => relationsOf(at(index), kind),
    files: (index) => Object.keys(at(index).files ?? {}).map((path) => `/${path}`),
    filesComplete: true,
    loadFiles: async () => {},
    groups: options.groups ?? [],
    planned: (index, reason) => plannedPackage(at(index), source, reason, options.format),
  };
}

/** What a Plan says of a package that tests wrote down. */
export function plannedPackage(
  pkg: FakePackage,
  source: string,
  reason: PlannedPackage['reason'] = 'requested',
  format = 'fake',
): PlannedPackage {
  const text = JSON.stringify(pkg);
  const identity = { ...identityOf(pkg), format };
  return {
    ...identity,
    source,
    location: `${nevraOf(identity)}.fake`,
    checksum: { algorithm: 'sha256', value: hash('sha256', text) },
    size: text.length,
    installedSize: Object.values(pkg.files ?? {}).reduce((sum, content) => sum + content.length, 0),
    reason,
  };
}

function relationsOf(pkg: FakePackage, kind: RelationKind): readonly Relation[] {
  const own = kind === 'provides' ? [`${pkg.name} = ${evrOf(identityOf(pkg))}`] : [];
  return [...(pkg[kind] ?? []), ...own].map(parseRelation);
}

/** `name`, `name OP EVR`, or a rich dependency in parentheses. */
export function parseRelation(text: string): Relation {
  if (text.startsWith('(')) return { name: text };
  const [name = '', compare, evr] = text.split(' ');
  return compare === undefined || evr === undefined ? { name } : { name, compare: compare as Comparison, evr };
}
