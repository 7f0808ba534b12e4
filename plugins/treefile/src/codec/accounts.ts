/** One line of a passwd(5) or group(5) file. */
export interface Account {
  readonly name: string;
  /** User id, or group id in a group file. */
  readonly id: number;
  /** Group id of a user; null in a group file. */
  readonly group: number | null;
  readonly line: string;
}

/** A line that is none, by number from 1. */
export class AccountsError extends Error {
  readonly code = 'SYNTAX';
  readonly line: number;

  constructor(kind: 'passwd' | 'group', line: number) {
    super(`line ${line} is no ${kind} entry`);
    this.name = 'AccountsError';
    this.line = line;
  }
}

const FIELDS = { passwd: 7, group: 4 } as const;

/** Parses passwd(5) or group(5). Empty lines, comments and NSS compat lines (`+`, `-`) are left out. Throws an AccountsError. */
export function parseAccounts(text: string, kind: 'passwd' | 'group'): Account[] {
  const accounts: Account[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || /^[#+-]/.test(line)) continue;
    const fields = line.split(':');
    const numbers = fields.slice(2, kind === 'passwd' ? 4 : 3);
    const name = fields[0] ?? '';
    if (fields.length < FIELDS[kind] || name === '' || numbers.some((field) => !isId(field))) {
      throw new AccountsError(kind, index + 1);
    }
    accounts.push({ name, id: Number(numbers[0]), group: kind === 'passwd' ? Number(numbers[1]) : null, line });
  }
  return accounts;
}

function isId(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text) && Number(text) <= 0xffff_ffff;
}
