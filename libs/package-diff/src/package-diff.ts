import {
  type Context,
  evrOf,
  identityAt,
  nevraOf,
  type ObjectStore,
  PACKAGE_FORMAT,
  type PackageFormat,
  type PackageIdentity,
  type Plan,
} from '@ostrata/contract';

type Change = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
};

/** How the packages of two trees differ; packages by name, sorted. */
export type PackageDiff = {
  readonly upgraded: readonly Change[];
  readonly downgraded: readonly Change[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
};

/** Null where the packages of one of the trees are not known. */
export async function packageDiff(
  store: ObjectStore,
  before: string,
  after: string,
  ctx: Context,
): Promise<PackageDiff | null> {
  const key = ctx.keys(PACKAGE_FORMAT)[0];
  if (key === undefined) return null;
  const format = await ctx.get(PACKAGE_FORMAT, key);
  const [old, now] = [await packagesOf(store, before, format), await packagesOf(store, after, format)];
  return old === null || now === null ? null : difference(old, now, format);
}

/** How the packages would differ once a Plan is carried out. Null where those of one of the trees are not known. */
export async function plannedDiff(
  store: ObjectStore,
  before: string,
  { inputs }: Plan,
  ctx: Context,
): Promise<PackageDiff | null> {
  const key = ctx.keys(PACKAGE_FORMAT)[0];
  if (key === undefined || inputs.base === null) return null;
  const format = await ctx.get(PACKAGE_FORMAT, key);
  const [old, base] = [await packagesOf(store, before, format), await packagesOf(store, inputs.base, format)];
  if (old === null || base === null) return null;
  const gone = new Set(inputs.remove.map(nevraOf));
  return difference(old, [...base.filter((pkg) => !gone.has(nevraOf(pkg))), ...inputs.install], format);
}

/** `below` gives further lines, with their line feeds, about a package that changed. */
export function renderDiff(
  { upgraded, downgraded, removed, added }: PackageDiff,
  below: (name: string) => string = () => '',
): string {
  const section = (title: string, lines: readonly string[], more: (index: number) => string = () => '') =>
    lines.length === 0 ? '' : `${title}:\n${lines.map((line, index) => `  ${line}\n${more(index)}`).join('')}`;
  const changed = (title: string, list: readonly Change[]) => {
    const lines = list.map(({ name, from, to }) => `${name} ${from} -> ${to}`);
    return section(title, lines, (index) => below(list[index]!.name));
  };
  return [
    changed('Upgraded', upgraded),
    changed('Downgraded', downgraded),
    section('Removed', removed),
    section('Added', added),
  ].join('');
}

/** Packages with several builds, as kernels and public keys can be, are compared by their whole names. */
export function difference(
  old: readonly PackageIdentity[],
  now: readonly PackageIdentity[],
  format: PackageFormat,
): PackageDiff {
  const gone = onlyIn(old, now);
  const come = onlyIn(now, old);
  const upgraded: Change[] = [];
  const downgraded: Change[] = [];
  const removed: string[] = [];
  for (const pkg of gone) {
    const index = come.findIndex(
      ({ name, arch }) => name === pkg.name && (arch === pkg.arch || arch === 'noarch' || pkg.arch === 'noarch'),
    );
    const [next] = index < 0 ? [] : come.splice(index, 1);
    if (next === undefined) {
      removed.push(nevraOf(pkg));
      continue;
    }
    const change = { name: pkg.name, from: evrOf(pkg), to: evrOf(next) };
    (format.compare(change.from, change.to) > 0 ? downgraded : upgraded).push(change);
  }
  return { upgraded, downgraded, removed, added: come.map(nevraOf) };
}

function onlyIn(these: readonly PackageIdentity[], others: readonly PackageIdentity[]): PackageIdentity[] {
  const known = new Set(others.map(nevraOf));
  return these.filter((pkg) => !known.has(nevraOf(pkg))).sort((a, b) => (nevraOf(a) < nevraOf(b) ? -1 : 1));
}

/** Commit metadata has a list, as rpm-ostree writes it; else the package database of the tree is read. */
export async function packagesOf(
  store: ObjectStore,
  id: string,
  format: PackageFormat,
): Promise<PackageIdentity[] | null> {
  const listed = (await store.readCommit(id)).metadata['rpmostree.rpmdb.pkglist'];
  if (listed?.type === 'a(sssss)') return (listed.value as string[][]).map(identityOf);
  if (!(await store.has(id))) return null;
  try {
    const table = await format.installed(await store.openTree(id));
    return Array.from({ length: table.count }, (_, index) => identityAt(table, index));
  } catch {
    // A tree without a package database, or with one that cannot be read, has nothing to compare.
    return null;
  }
}

function identityOf([
  name = '',
  epoch = '',
  version = '',
  release = '',
  arch = '',
]: readonly string[]): PackageIdentity {
  return { format: 'rpm', name, epoch: Number(epoch) || 0, version, release, arch };
}
