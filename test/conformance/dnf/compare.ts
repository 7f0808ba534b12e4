import type { Step } from './gherkin.ts';
import { nevraWithEpoch, type Package } from './repository.ts';
import type { Result } from './scenario.ts';

/** Rows about what stays as it is; checked against what is installed. */
const STATES = new Set(['unchanged', 'changed', 'present', 'absent', 'replaced']);
/** Rows about what was left out, which are no part of a transaction. */
const REMARKS = new Set(['broken', 'conflict', 'skipped']);

/** In one line how the table of a step and a transaction differ, null when they do not. */
export function differences({ text, table }: Step, result: Result): string | null {
  const expected = table
    .slice(1)
    .flatMap(([action = '', packages = '']) =>
      packages.split(', ').map((pkg): [string, string] => [action, isGroup(action) ? pkg : withEpoch(pkg)]),
    );
  const states = expected.filter(([action]) => STATES.has(action)).flatMap((row) => checkState(row, result));
  const plain = text.startsWith('RPMDB') ? generic : (row: readonly [string, string]) => row;
  const wanted = new Set(
    expected.filter(([action]) => !STATES.has(action) && !REMARKS.has(action)).map((row) => plain(row).join(' ')),
  );
  const found = new Set(
    result.rows.filter((row) => !text.startsWith('RPMDB') || !isGroup(row[0])).map((row) => plain(row).join(' ')),
  );
  const missing = [...wanted].filter((row) => !found.has(row));
  const extra = text === 'Transaction contains' ? [] : [...found].filter((row) => !wanted.has(row));
  const parts = [...states];
  if (missing.length > 0) parts.push(`lacks [${missing.join(', ')}]`);
  if (extra.length > 0) parts.push(`has [${extra.join(', ')}]`);
  if (parts.length > 0 && result.refused !== null) parts.push(`(${result.refused})`);
  return parts.length === 0 ? null : parts.join(' ');
}

function isGroup(action: string): boolean {
  return /^(group|env|module)-/.test(action);
}

/** The package database does not know why. */
function generic([action, pkg]: readonly [string, string]): readonly [string, string] {
  return [action === 'obsoleted' ? 'remove' : action.replace(/^(install|remove)-.*/, '$1'), pkg];
}

function checkState([action, nevra]: readonly [string, string], { before, after }: Result): string[] {
  const has = (list: readonly Package[]) => list.some((pkg) => nevraWithEpoch(pkg) === nevra);
  if (action === 'absent') return has(after) ? [`${nevra} is installed`] : [];
  if (action === 'replaced') return has(before) && !has(after) ? [] : [`${nevra} is not replaced`];
  if (action === 'present') return has(after) ? [] : [`${nevra} is not installed`];
  if (action === 'unchanged') return has(before) && has(after) ? [] : [`${nevra} does not stay`];
  return [];
}

/** An epoch of 0 may be left out in tables. */
function withEpoch(nevra: string): string {
  return /-\d+:[^-]+-[^-]+$/.test(nevra) ? nevra : nevra.replace(/-([^-]+-[^-]+)$/, '-0:$1');
}
