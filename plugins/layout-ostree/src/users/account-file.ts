import { HostError } from '@ostrata/contract';
import type { Code } from '../errors.ts';

/** A line of passwd(5), group(5), shadow(5) or gshadow(5). */
export interface Account {
  readonly name: string;
  readonly fields: readonly string[];
}

/** Fields a line, by file name. */
const FIELDS: { readonly [file: string]: number } = { passwd: 7, group: 4, shadow: 9, gshadow: 4 };

/** Reads an account file; blank lines and comments are dropped. Throws `LAYOUT_ACCOUNTS` with file and line. */
export function parseAccounts(text: string, path: string): readonly Account[] {
  const expected = FIELDS[path.slice(path.lastIndexOf('/') + 1)];
  const accounts: Account[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fields = line.split(':');
    const [name = ''] = fields;
    if (name === '' || (expected !== undefined && fields.length !== expected)) {
      throw new HostError<Code>(
        'LAYOUT_ACCOUNTS',
        `Line ${index + 1} of /${path} is not one of such a file: "${line}".`,
        {
          data: { path: `/${path}`, line: index + 1, fields: fields.length, expected: expected ?? null },
          hint: 'See which package or script writes this file.',
        },
      );
    }
    accounts.push({ name, fields });
  }
  return accounts;
}

export function formatAccounts(accounts: readonly Account[]): string {
  return accounts.map(({ fields }) => `${fields.join(':')}\n`).join('');
}

/** All accounts of the lists, the first of each name. */
export function uniteAccounts(...lists: readonly (readonly Account[])[]): readonly Account[] {
  const byName = new Map<string, Account>();
  for (const account of lists.flat()) if (!byName.has(account.name)) byName.set(account.name, account);
  return [...byName.values()];
}

/** User or group number: the third field of passwd and group. */
export function numberOf(account: Account): number {
  return Number(account.fields[2]);
}
