import type { Assembly, Context, HostError, ReadonlyTree } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import { joinProblems } from '../model/problem.ts';
import { type Decisions, decisionsOf } from '../request/contents.ts';
import { accountsIn, type Kind, parseFile, previousTree } from './accounts.ts';

/** User and group id by name; the group id is null for groups and where it is not compared. */
type Ids = Map<string, { readonly id: number; readonly group: number | null }>;

const WORDS = {
  passwd: { what: 'user', field: 'check-passwd', ignored: 'ignore-removed-users' },
  group: { what: 'group', field: 'check-groups', ignored: 'ignore-removed-groups' },
} as const;

/**
 * `check-passwd` and `check-groups`: nobody's id may change, and nobody who owns a file may vanish (src passwd.rs,
 * `check_passwd_group_entries`). Where rpm-ostree looks at usr/lib/passwd only, usr/etc/passwd counts as well.
 */
export async function checkAccounts(assembly: Assembly<ReadonlyTree>, ctx: Context): Promise<void> {
  const decisions = decisionsOf(assembly.plan.inputs.extras);
  if (decisions === undefined) return;
  const problems: HostError[] = [];
  for (const kind of ['passwd', 'group'] as const) {
    const before = await expected(assembly, decisions, kind, ctx);
    if (before === null) continue;
    compare(assembly.tree, before, kind, new Set(decisions.flattened[WORDS[kind].ignored] ?? []), problems, ctx);
  }
  if (problems.length === 0) return;
  const summary = `${problems.length} users and groups are not what they were.`;
  throw joinProblems(problems, 'TREEFILE_ACCOUNTS', summary);
}

/** Who must be there; null when nothing is compared. */
async function expected(
  { plan, store }: Assembly<ReadonlyTree>,
  decisions: Decisions,
  kind: Kind,
  ctx: Context,
): Promise<Ids | null> {
  const check = decisions.flattened[WORDS[kind].field] ?? { type: 'previous' as const };
  switch (check.type) {
    case 'none':
      return null;
    case 'file': {
      const file = decisions[kind];
      return file === null ? null : idsOf(parseFile(file, kind));
    }
    case 'data':
      return new Map(
        Object.entries(check.entries).map(([name, value]) => {
          const [id = 0, group = id] = [value].flat() as number[];
          return [name, { id, group: kind === 'passwd' ? group : null }];
        }),
      );
    default: {
      const previous = await previousTree(plan, store, ctx);
      return previous === null ? null : idsOf(accountsIn(previous, kind, 'the previous commit'));
    }
  }
}

function compare(
  tree: ReadonlyTree,
  before: Ids,
  kind: Kind,
  ignored: ReadonlySet<string>,
  problems: HostError[],
  ctx: Context,
): void {
  const { what, ignored: field } = WORDS[kind];
  const now = idsOf(accountsIn(tree, kind, 'the image'));
  const vanished = [...before].filter(([name]) => !now.has(name) && !ignored.has(name) && !ignored.has('*'));
  const owners = vanished.length === 0 ? new Set<number>() : ownersIn(tree, kind);
  for (const [name, { id }] of vanished) {
    if (!owners.has(id)) {
      ctx.progress.message(`The ${what} ${name} is gone and owned nothing.`);
      continue;
    }
    problems.push(
      treefileError('TREEFILE_ACCOUNTS', `The ${what} ${name} (${id}) is missing from the image and owns files.`, {
        hint: `Bring it back, or name it under "${field}".`,
        data: { kind, name, id },
      }),
    );
  }
  for (const [name, { id, group }] of now) {
    const old = before.get(name);
    if (old === undefined || (old.id === id && old.group === group)) continue;
    const [from, to] = old.id === id ? [old.group, group] : [old.id, id];
    problems.push(
      treefileError(
        'TREEFILE_ACCOUNTS',
        `The ${old.id === id ? 'group id of the ' : ''}${what} ${name} changed from ${from} to ${to}.`,
        {
          hint: 'Files on installed systems belong to the old id; give it a fixed one.',
          data: { kind, name, from: from ?? null, to: to ?? null },
        },
      ),
    );
  }
}

function idsOf(accounts: readonly { name: string; id: number; group: number | null }[]): Ids {
  return new Map(accounts.map(({ name, id, group }) => [name, { id, group }]));
}

/** Every user or group id that owns something. */
function ownersIn(tree: ReadonlyTree, kind: Kind): Set<number> {
  const owners = new Set<number>();
  for (const [, entry] of tree.walk()) owners.add(kind === 'passwd' ? entry.uid : entry.gid);
  return owners;
}
