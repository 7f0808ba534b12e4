import { join, resolve } from 'node:path';
import type { CommandInput, CommandResult, Json } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { etcConflicts } from '../sysroot/deploy-tree.ts';
import { directoryName, isSame, type SysrootDeployment } from '../sysroot/deployment.ts';
import type { EtcConflict } from '../sysroot/etc-conflicts.ts';
import { diffEtc, type EtcDiff } from '../sysroot/etc-diff.ts';
import { conflictData, followedBy } from '../sysroot/etc-report.ts';
import { Sysroot } from '../sysroot/sysroot.ts';

const LETTERS = { modified: 'M', removed: 'D', added: 'A' } as const;
const NOTHING: EtcDiff = { modified: [], removed: [], added: [] };

/** What was changed in /etc by hand, by the next deployment, and by both. Throws SYSROOT_STATEROOT. */
export function configDiff({ flags }: CommandInput): CommandResult {
  const sysroot = Sysroot.load(resolve(String(flags['sysroot'] ?? '/')));
  const base = findBase(sysroot, flags['stateroot'] ?? flags['os']);
  const root = sysroot.directory(base.current);
  const here = diffEtc(join(root, 'usr/etc'), join(root, 'etc'));
  const { next } = base;
  const defaults = next === null ? NOTHING : diffEtc(join(root, 'usr/etc'), join(sysroot.directory(next), 'usr/etc'));
  const both = next === null ? [] : etcConflicts(sysroot, base.current, next);
  return {
    data: {
      deployment: nameOf(base.current),
      next: next === null ? null : nameOf(next),
      here: here as unknown as Json,
      defaults: defaults as unknown as Json,
      both: both.map(conflictData),
    },
    text: [
      section(`Changed here (${nameOf(base.current)})`, here),
      ...(next === null ? [] : [section(`Defaults changed by ${nameOf(next)}`, defaults), bothSection(both)]),
    ].join('\n'),
  };
}

/** The deployment whose /etc is in use, and the one that takes it over, or took it over, where there is one. */
function findBase(
  sysroot: Sysroot,
  wanted: unknown,
): { readonly current: SysrootDeployment; readonly next: SysrootDeployment | null } {
  const names = [...new Set(sysroot.deployments.map(({ stateroot }) => stateroot))];
  const stateroot =
    typeof wanted === 'string' ? wanted : (sysroot.booted?.stateroot ?? (names.length === 1 ? names[0] : undefined));
  const first = sysroot.deployments.find((one) => one.stateroot === stateroot);
  if (first === undefined) {
    const what = stateroot === undefined ? `no single one of ${names.join(', ')}` : `no deployment of ${stateroot}`;
    throw storeError('SYSROOT_STATEROOT', `There is ${what} below ${sysroot.path}.`, {
      hint: 'Name a stateroot that has deployments with --stateroot.',
      data: { path: sysroot.path, stateroots: names },
    });
  }
  // What runs first in the list is followed by nothing yet, whatever ran before it.
  if (isSame(first, sysroot.booted)) return { current: first, next: null };
  const current = followedBy(sysroot, first);
  return current === null || isSame(current, first) ? { current: first, next: null } : { current, next: first };
}

const nameOf = (one: SysrootDeployment): string => `${one.stateroot}-${directoryName(one)}`;

function section(title: string, diff: EtcDiff): string {
  const lines = (['modified', 'removed', 'added'] as const).flatMap((kind) =>
    diff[kind].map((path) => `  ${LETTERS[kind]} /etc/${path}\n`),
  );
  return `${title}:\n${lines.length === 0 ? '  nothing\n' : lines.join('')}`;
}

function bothSection(conflicts: readonly EtcConflict[]): string {
  const lines = conflicts.map(
    ({ path, here, default: change }) => `  /etc/${path} (${LETTERS[here]} here, ${LETTERS[change]} there)\n`,
  );
  return `Changed on both sides:\n${lines.length === 0 ? '  nothing\n' : lines.join('')}`;
}
