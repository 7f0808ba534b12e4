import { type Assembly, type Context, OBJECT_STORES, type ReadonlyTree, type Tree } from '@ostrata/contract';
import { readText, rewrite } from '../modes.ts';
import { type Account, formatAccounts, parseAccounts, uniteAccounts } from './account-file.ts';

/** A root account in an image that no package gives one: enough for scripts to run. */
const MINIMAL: { readonly [name: string]: string } = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\n',
  group: 'root:x:0:\n',
};

/**
 * Makes sure that there are users and groups: those of the parent commit first, so that their numbers last from image to image
 * (rpm-ostree's `preserve-passwd`), then those that packages brought, else root alone. Password files are left alone, as there: a line in
 * shadow for a user whom a script takes out of passwd would keep systemd-sysusers from making the user anew.
 */
export function fillAccounts(tree: Tree, previous: ReadonlyTree | null): void {
  for (const name of Object.keys(MINIMAL)) {
    const present = read(tree, `etc/${name}`);
    const before =
      previous === null ? [] : uniteAccounts(read(previous, `usr/etc/${name}`), read(previous, `usr/lib/${name}`));
    const accounts = uniteAccounts(before, present);
    const text = accounts.length === 0 ? (MINIMAL[name] as string) : formatAccounts(accounts);
    if (text !== readText(tree, `etc/${name}`)) rewrite(tree, `etc/${name}`, text);
  }
}

function read(tree: ReadonlyTree, path: string): readonly Account[] {
  return parseAccounts(readText(tree, path) ?? '', path);
}

/** The parent commit's tree, wherever it is; null without one. */
export async function parentTree({ plan, store }: Assembly, ctx: Context): Promise<ReadonlyTree | null> {
  const { parent } = plan.commit;
  if (parent === null) return null;
  if (await store.has(parent)) return store.openTree(parent);
  if (plan.store.target === null) return null;
  const target = await (await ctx.get(OBJECT_STORES)).open(plan.store.target);
  ctx.defer('repository of the parent commit', () => target.close());
  return (await target.has(parent)) ? target.openTree(parent) : null;
}
