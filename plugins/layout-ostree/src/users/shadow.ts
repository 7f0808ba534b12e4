import { constants } from 'node:fs';
import type { Tree } from '@ostrata/contract';
import { readText, rewrite } from '../modes.ts';
import { formatAccounts, parseAccounts } from './account-file.ts';

/**
 * Takes the day of the last password change from accounts that have no password, so that equal inputs give equal files (rpm-ostree,
 * rust/src/normalization.rs), and all rights from files with password hashes that others could read.
 */
export function normalizeShadow(tree: Tree): void {
  const text = readText(tree, 'etc/shadow');
  if (text !== undefined) {
    const accounts = parseAccounts(text, 'etc/shadow').map((account) => {
      const [name = '', password = '', , ...rest] = account.fields;
      return /^[!*]/.test(password) ? { ...account, fields: [name, password, '', ...rest] } : account;
    });
    const normal = formatAccounts(accounts);
    if (normal !== text) rewrite(tree, 'etc/shadow', normal);
  }
  for (const path of ['etc/shadow', 'etc/gshadow']) {
    const entry = tree.lookup(path);
    if (entry?.type === 'file' && (entry.mode & 0o007) !== 0) tree.setMeta(path, { mode: constants.S_IFREG });
  }
}
