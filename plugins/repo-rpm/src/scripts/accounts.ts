import type { ReadonlyTree } from '@ostrata/contract';

/** Ids by name. */
export interface Accounts {
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

/** Where accounts are, most important last: an image keeps most of them in /usr/lib. */
const DIRECTORIES = ['usr/lib', 'etc'];

/** Reads the third field of lines `name:x:id:…`, the form of passwd(5) and group(5). */
function readIds(tree: ReadonlyTree, name: string): Map<string, number> {
  const ids = new Map([['root', 0]]);
  for (const directory of DIRECTORIES) {
    const path = `${directory}/${name}`;
    if (tree.lookup(path)?.type !== 'file') continue;
    for (const line of Buffer.from(tree.readFile(path)).toString('utf8').split('\n')) {
      const [account, , id] = line.split(':');
      if (account && id !== undefined && /^\d{1,10}$/.test(id)) ids.set(account, Number(id));
    }
  }
  return ids;
}

/** The users and groups of a tree. */
export function readAccounts(tree: ReadonlyTree): Accounts {
  return { users: readIds(tree, 'passwd'), groups: readIds(tree, 'group') };
}
