import { type Assembly, PACKAGE_FORMAT, type Plan } from '@ostrata/contract';
import { coreError } from '../../errors.ts';
import { download, importAll, takeStock } from '../acquire.ts';
import { overlayAll } from '../overlay.ts';
import type { StageContext } from '../stage-context.ts';

/** What assemble hands on: a tree to be committed, a base commit that passes straight through, or null at a halt inside. */
export type Assembled = { readonly assembly: Assembly } | { readonly commit: string } | null;

const STEPS = [
  'assemble.populate',
  'assemble.scripts',
  'assemble.database',
  'assemble.kernel',
  'assemble.postprocess',
] as const;

/** Plan → Tree. */
export async function assemble(ctx: StageContext, plan: Plan): Promise<Assembled> {
  const { base, install, remove, image } = plan.inputs;
  const { made } = plan.commit;
  const store = await ctx.store(plan.store.work, {});
  if (base !== null && !(await store.has(base))) throw baseUnknown(base, plan);

  const stock = await takeStock(ctx, plan, store);
  const fetched = await download(ctx, plan, stock.missing);
  if (plan.until === 'download') return null;
  const packages = await importAll(ctx, plan, store, stock, fetched);
  await ctx.notice('assemble.acquired', plan);
  if (plan.until === 'acquire') return null;
  if (base !== null && passesThrough(plan)) return { commit: base };
  if (made !== undefined && (await store.has(made))) return { commit: made };

  const tree = await store.openTree(base);
  for (const pkg of remove) await (await ctx.get(PACKAGE_FORMAT, pkg.format)).remove(tree, pkg);
  if (install.length > 0) {
    await ctx.task(`Laying over ${install.length} packages`, {}, () => overlayAll(ctx, tree, packages, image, store));
  }
  const assembly: Assembly = { plan, tree, packages, store };
  for (const step of STEPS) await ctx.step(step, assembly);
  await ctx.check('assemble.check', assembly);
  return { assembly };
}

/** Nothing is layered, removed or decided by a plugin: the base is the result. */
function passesThrough({ inputs }: Plan): boolean {
  return inputs.install.length === 0 && inputs.remove.length === 0 && Object.keys(inputs.extras).length === 0;
}

function baseUnknown(base: string, { store }: Plan): Error {
  return coreError('BASE_UNKNOWN', `The base commit ${base} is not in the repository ${store.work}.`, {
    hint: 'Pull it, or make the Plan anew.',
    data: { commit: base, repository: store.work },
  });
}
