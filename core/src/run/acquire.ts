import {
  type ImportedPackage,
  nevraOf,
  type ObjectStore,
  PACKAGE_FORMAT,
  type Plan,
  type PlannedPackage,
  SOURCE,
} from '@ostrata/contract';
import { coreError } from '../errors.ts';
import type { StageContext } from './stage-context.ts';

/** Packages that are fetched at the same time; transports bound their own connections besides. */
const PARALLEL = 8;

/** A package's file on disk. */
interface Fetched {
  readonly package: PlannedPackage;
  readonly file: string;
}

/** What of a Plan is in the store, and what is missing. */
export interface Stock {
  readonly found: ReadonlyMap<PlannedPackage, string>;
  readonly missing: readonly PlannedPackage[];
}

export async function takeStock(ctx: StageContext, plan: Plan, store: ObjectStore): Promise<Stock> {
  const found = new Map<PlannedPackage, string>();
  const missing: PlannedPackage[] = [];
  for (const pkg of plan.inputs.install) {
    const format = await ctx.get(PACKAGE_FORMAT, pkg.format);
    const commit = await format.find(pkg, plan.inputs.image, store);
    if (commit === null) missing.push(pkg);
    else found.set(pkg, commit);
  }
  return { found, missing };
}

/** Brings package files here. The first failure ends it, once nothing is running any more. */
export async function download(ctx: StageContext, plan: Plan, packages: readonly PlannedPackage[]): Promise<Fetched[]> {
  if (packages.length === 0) return [];
  const total = packages.reduce((sum, pkg) => sum + pkg.size, 0);
  return ctx.task(`Downloading ${packages.length} packages`, { unit: 'bytes', total }, (task) => {
    const received = new Map<PlannedPackage, number>();
    let sum = 0;
    const advance = (pkg: PlannedPackage, bytes: number) => {
      sum += bytes - (received.get(pkg) ?? 0);
      received.set(pkg, bytes);
      task.advance(sum, nevraOf(pkg));
    };
    return mapBounded(packages, PARALLEL, async (pkg) => {
      ctx.signal.throwIfAborted();
      const snapshot = snapshotOf(plan, pkg);
      const source = await ctx.get(SOURCE, snapshot.source.kind);
      const options = { cacheOnly: plan.cacheOnly, onBytes: (bytes: number) => advance(pkg, bytes) };
      const file = await source.fetch(pkg, snapshot, options, ctx.face);
      advance(pkg, pkg.size);
      return { package: pkg, file };
    });
  });
}

/** Imports what was fetched, format by format, and returns all packages of the Plan in its order. */
export async function importAll(
  ctx: StageContext,
  plan: Plan,
  store: ObjectStore,
  { found }: Stock,
  fetched: readonly Fetched[],
): Promise<readonly ImportedPackage[]> {
  const commits = new Map([...found].map(([pkg, commit]) => [nevraOf(pkg), commit]));
  if (fetched.length > 0) {
    await ctx.task('Importing packages', { unit: 'items', total: fetched.length }, async (task) => {
      let done = 0;
      const onImported = ({ package: pkg }: ImportedPackage) => task.advance(++done, nevraOf(pkg));
      for (const [name, group] of Map.groupBy(fetched, (item) => item.package.format)) {
        const format = await ctx.get(PACKAGE_FORMAT, name);
        const imported = await format.import(group, plan.inputs.image, store, ctx.face, onImported);
        for (const { package: pkg, commit } of imported) commits.set(nevraOf(pkg), commit);
      }
    });
  }
  return plan.inputs.install.map((pkg) => {
    const commit = commits.get(nevraOf(pkg));
    if (commit !== undefined) return { package: pkg, commit };
    throw coreError('PACKAGE_ABSENT', `${nevraOf(pkg)} was not imported.`, {
      hint: `This is a bug of the plugin that provides package-format:${pkg.format}.`,
    });
  });
}

function snapshotOf(plan: Plan, pkg: PlannedPackage): Plan['snapshots'][number] {
  const snapshot = plan.snapshots.find((candidate) => candidate.source.id === pkg.source);
  if (snapshot !== undefined) return snapshot;
  throw coreError('SOURCE_ABSENT', `${nevraOf(pkg)} comes from ${pkg.source}, of which the Plan has no snapshot.`, {
    hint: 'Make the Plan anew.',
    data: { package: nevraOf(pkg), source: pkg.source },
  });
}

/** After a failure nothing more is begun, and it is thrown once nothing is running any more. */
async function mapBounded<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  let failed = false;
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: limit }, worker);
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
