import {
  type Context,
  OBJECT_STORES,
  type ObjectStore,
  type Plan,
  type ReadonlyTree,
  type Tree,
} from '@ostrata/contract';
import { type Account, AccountsError, parseAccounts } from '../codec/accounts.ts';
import { treefileError } from '../errors.ts';
import { contentOf, type Decisions, type PlannedFile } from '../request/contents.ts';

export type Kind = 'passwd' | 'group';

/** Where passwords are, and the rest of a line for an account without one. */
const SHADOW = {
  passwd: { file: 'shadow', locked: ':*::0:99999:7:::' },
  group: { file: 'gshadow', locked: ':::' },
} as const;

/**
 * Puts the users and groups of the files that `check-passwd` and `check-groups` name into the tree, before any script can make its own
 * (src passwd.rs, `write_data_from_treefile`). Those of the previous commit are the layout's business.
 */
export function writeAccounts(tree: Tree, { passwd, group }: Decisions): void {
  if (passwd === null && group === null) return;
  if (passwd === null || group === null) {
    throw treefileError(
      'TREEFILE_ACCOUNTS',
      'Users come from a file and groups from the previous commit, or the reverse.',
      {
        hint: 'Give both check-passwd and check-groups the type "file", or neither.',
      },
    );
  }
  const etc = tree.lookup('usr/etc')?.type === 'directory' ? 'usr/etc' : 'etc';
  for (const [kind, file] of [
    ['passwd', passwd],
    ['group', group],
  ] as const) {
    const accounts = parseFile(file, kind);
    write(
      tree,
      `${etc}/${kind}`,
      accounts.map(({ line }) => line),
      0o644,
    );
    write(
      tree,
      `${etc}/${SHADOW[kind].file}`,
      accounts.map(({ name }) => `${name}${SHADOW[kind].locked}`),
      0,
    );
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
  const stores = await ctx.get(OBJECT_STORES);
  if (plan.store.target === null || !(await stores.exists(plan.store.target))) return null;
  const target = await stores.open(plan.store.target);
  ctx.defer(`closing ${plan.store.target}`, () => target.close());
  return (await target.has(parent)) ? target.openTree(parent) : null;
}

/** The accounts of a file of a Plan; the first of a name counts. */
export function parseFile(file: PlannedFile, kind: Kind): Account[] {
  return unique(parse(contentOf(file).toString('utf8'), kind, kind === 'passwd' ? 'check-passwd' : 'check-groups'));
}

function parse(text: string, kind: Kind, where: string): Account[] {
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

/** The accounts of an image, wherever its layout has them. */
export function accountsIn(tree: ReadonlyTree, kind: Kind, whose: string): Account[] {
  return unique(
    [`usr/lib/${kind}`, `usr/etc/${kind}`].flatMap((path) =>
      tree.lookup(path)?.type === 'file'
        ? parse(Buffer.from(tree.readFile(path)).toString('utf8'), kind, `/${path} of ${whose}`)
        : [],
    ),
  );
}

function write(tree: Tree, path: string, lines: readonly string[], mode: number): void {
  const text = lines.map((line) => `${line}\n`).join('');
  tree.writeFile(path, text, { mode: 0o100000 | mode, uid: 0, gid: 0, xattrs: [], parents: true });
}

function unique(accounts: readonly Account[]): Account[] {
  const seen = new Set<string>();
  return accounts.filter(({ name }) => !seen.has(name) && seen.add(name));
}
