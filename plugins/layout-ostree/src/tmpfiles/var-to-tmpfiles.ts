import { HostError, type Progress, type Tree, type TreeEntry } from '@ostrata/contract';
import type { Code } from '../errors.ts';
import { directory, file, readText } from '../modes.ts';
import { numberOf, parseAccounts } from '../users/account-file.ts';
import { TMPFILES, tmpfilesIn } from './known.ts';
import { type Owners, tmpfilesLine } from './line.ts';

/** rpm-ostree's name for lines made of what is in /var after everything has run. */
const OUTPUT = 'rpm-ostree-1-autovar.conf';

/** State of the build that no machine needs. */
const DROPPED = ['var/run', 'var/tmp', 'var/lib/rpm-state', 'var/cache/ldconfig', 'var/lib/systemd/random-seed'];

/**
 * Empties /var, which belongs to the machine, and leaves tmpfiles.d lines that make its directories and links at boot (rpm-ostree,
 * rust/src/tmpfiles.rs, var_to_tmpfiles). Files in it are left out and named in a message, as there: no line brings contents.
 */
export function varToTmpfiles(tree: Tree, progress: Progress): void {
  const lines: string[] = [];
  if (tree.lookup('var')?.type === 'directory') {
    for (const path of DROPPED) tree.remove(path);
    const owners = ownersOf(tree);
    const known = tmpfilesIn(tree, TMPFILES);
    for (const [path, entry] of tree.walk('var')) {
      if (entry.type === 'file') progress.message(`/${path} is left out of the image: it is a file in /var`);
      else if (!known.has(`/${path}`)) lines.push(tmpfilesLine(path, checked(path, entry), owners));
    }
  }
  tree.remove('var');
  tree.mkdir('var', directory());
  if (lines.length === 0) return;
  // What a base has of its own stays.
  const before = (readText(tree, `${TMPFILES}/${OUTPUT}`) ?? '').split('\n').filter((line) => line !== '');
  const all = [...before, ...lines].sort();
  tree.writeFile(`${TMPFILES}/${OUTPUT}`, `${all.join('\n')}\n`, { ...file(), parents: true });
}

function checked(path: string, entry: TreeEntry): TreeEntry {
  if (entry.type === 'symlink' && entry.target.includes('\n')) {
    throw new HostError<Code>('LAYOUT_VAR_CONTENT', `The target of the link /${path} has a line break.`, {
      data: { path: `/${path}`, target: entry.target },
      hint: 'Remove the link; tmpfiles.d cannot make it.',
    });
  }
  return entry;
}

/** Names by number; a number that no account has stays a number, which tmpfiles.d accepts. */
function ownersOf(tree: Tree): Owners {
  const lookup = (name: string) => {
    const byNumber = new Map<number, string>();
    for (const path of [`etc/${name}`, `usr/etc/${name}`, `usr/lib/${name}`]) {
      for (const account of parseAccounts(readText(tree, path) ?? '', path)) {
        if (!byNumber.has(numberOf(account))) byNumber.set(numberOf(account), account.name);
      }
    }
    return (id: number) => byNumber.get(id) ?? String(id);
  };
  return { user: lookup('passwd'), group: lookup('group') };
}
