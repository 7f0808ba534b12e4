import { type Context, OBJECT_STORES, type ObjectStore, type Plan, type ReadonlyTree, type Tree } from '@ostrata/core';
import { type Account, AccountsError, parseAccounts } from '../codec/accounts.ts';
import { treefileError } from '../errors.ts';
import { contentOf, type Decisions, type PlannedFile } from '../request/contents.ts';

export type Kind = 'passwd' | 'group';

const SHADOW = { passwd: 'shadow', group: 'gshadow' } as const;

/**
 * Puts users and groups into the tree before any script can make its own: those of the files that `check-passwd` and `check-groups`
 * name, else those of the previous commit (src passwd.rs, `passwd_compose_prep`). Ids stay what they were from image to image.
 */
export async function preserveAccounts(
  tree: Tree,
  plan: Plan,
  decisions: Decisions,
  store: ObjectStore,
  ctx: Context,
): Promise<void> {
  const { flattened, passwd, group } = decisions;
  if (flattened['preserve-passwd'] === false) return;
  if ((passwd === null) !== (group === null)) {
    throw treefileError(
      'TREEFILE_ACCOUNTS',
      'Users are taken from a file and groups from the previous commit, or the reverse.',
      {
        hint: 'Give both check-passwd and check-groups the type "file", or neither, or set preserve-passwd: false.',
      },
    );
  }
  const etc = tree.lookup('usr/etc')?.type === 'directory' ? 'usr/etc' : 'etc';
  if (passwd !== null && group !== null) {
    for (const [kind, file] of [
      ['passwd', passwd],
      ['group', group],
    ] as const) {
      const accounts = parseFile(file, kind);
      write(tree, `${etc}/${kind}`, lines(accounts), 0o644);
      const locked = kind === 'passwd' ? ':*::0:99999:7:::' : ':::';
      write(
        tree,
        `${etc}/${SHADOW[kind]}`,
        unique(accounts)
          .map(({ name }) => `${name}${locked}\n`)
          .join(''),
        0,
      );
    }
    return;
  }
  const previous = await previousTree(plan, store, ctx);
  if (previous === null) return;
  for (const kind of ['passwd', 'group'] as const) {
    const etcText = readText(previous, `usr/etc/${kind}`);
    const libText = readText(previous, `usr/lib/${kind}`);
    if (etcText === null || libText === null) continue;
    const accounts = [...parse(etcText, kind, `usr/etc/${kind}`), ...parse(libText, kind, `usr/lib/${kind}`)];
    write(tree, `${etc}/${kind}`, lines(accounts), 0o644);
  }
}

/**
 * The tree of the previous commit, null without one: from the repository that the tree lives in, or the one that the commit goes to
 * when only that has it.
 */
export async function previousTree(plan: Plan, store: ObjectStore, ctx: Context): Promise<ReadonlyTree | null> {
  const { parent } = plan.commit;
  if (parent === null) return null;
  if (await store.has(parent)) return store.openTree(parent);
  if (plan.store.target === null) return null;
  const target = await (await ctx.get(OBJECT_STORES)).open(plan.store.target);
  ctx.defer(`closing ${plan.store.target}`, () => target.close());
  return (await target.has(parent)) ? target.openTree(parent) : null;
}

/** The accounts of a file of a Plan. */
export function parseFile(file: PlannedFile, kind: Kind): Account[] {
  return parse(contentOf(file).toString('utf8'), kind, kind === 'passwd' ? 'check-passwd' : 'check-groups');
}

export function parse(text: string, kind: Kind, where: string): Account[] {
  try {
    return parseAccounts(text, kind);
  } catch (error) {
    if (!(error instanceof AccountsError)) throw error;
    throw treefileError('TREEFILE_ACCOUNTS', `${where}: ${error.message}.`, {
      hint: `Correct the line; man 5 ${kind} has the format.`,
      data: { file: where, line: error.line },
      cause: error,
    });
  }
}

export function readText(tree: ReadonlyTree, path: string): string | null {
  return tree.lookup(path)?.type === 'file' ? Buffer.from(tree.readFile(path)).toString('utf8') : null;
}

function write(tree: Tree, path: string, text: string, mode: number): void {
  tree.writeFile(path, text, { mode: 0o100000 | mode, uid: 0, gid: 0, xattrs: [], parents: true });
}

function lines(accounts: readonly Account[]): string {
  return unique(accounts)
    .map(({ line }) => `${line}\n`)
    .join('');
}

function unique(accounts: readonly Account[]): Account[] {
  const seen = new Set<string>();
  return accounts.filter(({ name }) => !seen.has(name) && seen.add(name));
}
