import { type Assembly, type Context, OBJECT_STORES, type ReadonlyTree, type Tree } from '@ostrata/core';
import { file, readText, rewrite } from '../modes.ts';
import { type Account, formatAccounts, parseAccounts, uniteAccounts } from './account-file.ts';

/** A root account in an image that no package gives one: enough for scripts to run. */
const MINIMAL: { readonly [name: string]: string } = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\n',
  group: 'root:x:0:\n',
};

/** Account files with the one that has the passwords of each. */
const FILES = [
  ['passwd', 'shadow'],
  ['group', 'gshadow'],
] as const;

/**
 * Makes sure that there are users and groups: those of the parent commit first, so that their numbers last from image to image
 * (rpm-ostree's `preserve-passwd`), then those that packages brought, else root alone.
 */
export function fillAccounts(tree: Tree, previous: ReadonlyTree | null): void {
  for (const [name, secrets] of FILES) {
    const present = read(tree, `etc/${name}`);
    const before =
      previous === null ? [] : uniteAccounts(read(previous, `usr/etc/${name}`), read(previous, `usr/lib/${name}`));
    const accounts = uniteAccounts(before, present);
    const text = accounts.length === 0 ? (MINIMAL[name] as string) : formatAccounts(accounts);
    if (text !== readText(tree, `etc/${name}`)) rewrite(tree, `etc/${name}`, text);
    if (previous !== null && before.length > 0) fillSecrets(tree, previous, `etc/${secrets}`, before);
  }
}

/** A user that scripts find there is not added, so its shadow line has to be there as well. */
function fillSecrets(tree: Tree, previous: ReadonlyTree, path: string, accounts: readonly Account[]): void {
  const entry = previous.lookup(`usr/${path}`);
  if (entry?.type !== 'file') return;
  const named = new Set(accounts.map(({ name }) => name));
  const before = read(previous, `usr/${path}`).filter(({ name }) => named.has(name));
  const text = formatAccounts(uniteAccounts(read(tree, path), before));
  const { mode, uid, gid, xattrs } = tree.lookup(path) ?? { ...file(), ...entry };
  tree.writeFile(path, text, { mode, uid, gid, xattrs });
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
