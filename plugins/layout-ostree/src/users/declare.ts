import type { Tree } from '@ostrata/contract';
import { file, names, readText } from '../modes.ts';
import { type Account, numberOf, parseAccounts, uniteAccounts } from './account-file.ts';

const SYSUSERS = 'usr/lib/sysusers.d';
const OUTPUT = 'ostrata-accounts.conf';
/** systemd knows these itself (systemd, docs/UIDS-GIDS.md). */
const BUILT_IN = new Set(['root', 'nobody', 'nogroup']);
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * Declares users and groups that scripts have made in sysusers.d, with their numbers, so that a machine whose own /etc/passwd does not
 * follow the image's gets them at the next start (sysusers.d(5)).
 */
export function declareAccounts(tree: Tree): void {
  const declared = declaredNames(tree);
  const wanted = ({ name }: Account) => NAME.test(name) && !BUILT_IN.has(name);
  const [users, groups] = [accounts(tree, 'passwd').filter(wanted), accounts(tree, 'group').filter(wanted)];
  const lines = [
    ...groups.filter(({ name }) => !declared.groups.has(name)).map((group) => `g ${group.name} ${numberOf(group)}`),
    ...users.filter(({ name }) => !declared.users.has(name)).map(userLine),
    ...groups.flatMap(({ name, fields }) => {
      const members = (fields[3] ?? '').split(',').filter((member) => NAME.test(member));
      return members.map((member) => `m ${member} ${name}`);
    }),
  ];
  tree.remove(`${SYSUSERS}/${OUTPUT}`);
  if (lines.length > 0) {
    tree.writeFile(`${SYSUSERS}/${OUTPUT}`, `${lines.join('\n')}\n`, { ...file(), parents: true });
  }
}

function accounts(tree: Tree, name: string): readonly Account[] {
  const lists = ['etc', 'usr/lib'].map((directory) => {
    const path = `${directory}/${name}`;
    return parseAccounts(readText(tree, path) ?? '', path);
  });
  return [...uniteAccounts(...lists)].sort((a, b) => numberOf(a) - numberOf(b));
}

function userLine({ name, fields }: Account): string {
  const [, , uid, gid, comment = '', home = '', shell = ''] = fields;
  const text = comment.replace(/["\\]/g, '\\$&').replaceAll('%', '%%');
  return `u ${name} ${uid}:${gid} "${text}" ${home || '-'} ${shell || '-'}`;
}

/** Names that other files of the image declare: a user has a group of its name. */
function declaredNames(tree: Tree): { readonly users: Set<string>; readonly groups: Set<string> } {
  const [users, groups] = [new Set<string>(), new Set<string>()];
  for (const conf of names(tree, SYSUSERS)) {
    if (conf === OUTPUT || !conf.endsWith('.conf')) continue;
    for (const line of (readText(tree, `${SYSUSERS}/${conf}`) ?? '').split('\n')) {
      const [type = '', name = ''] = line.trim().split(/\s+/);
      if (/^u/.test(type)) users.add(name);
      if (/^[ug]/.test(type)) groups.add(name);
    }
  }
  return { users, groups };
}
