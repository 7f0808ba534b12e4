import { type Intent, identityAt, nevraOf, type Pin } from '@ostrata/contract';
import { nameMatcher } from '@ostrata/package-spec';
import type { Obstacle } from '../explain/obstacles.ts';
import { evrAt, type LoadedTable } from './load.ts';

/** Packages that must not be installed, with what stands against them: `reasons[marks[p]]`. */
export interface Exclusions {
  readonly marks: Uint8Array;
  readonly reasons: readonly Obstacle[];
}

/** More different reasons than fit a byte share the last one. */
const MAX_REASONS = 254;

/** Applies excludes, pins, reserved sources and sources that a request reserves a name for. Of several reasons the first one counts. */
export function exclusionsOf(intent: Intent, loaded: readonly LoadedTable[], count: number): Exclusions {
  const marks = new Uint8Array(count);
  const reasons: Obstacle[] = [{ text: '', remedy: '' }];
  const numbers = new Map<string, number>();
  const mark = (p: number, text: string, remedy: string) => {
    if (marks[p] !== 0) return;
    let number = numbers.get(text);
    if (number === undefined) {
      number = Math.min(reasons.length, MAX_REASONS);
      if (number === reasons.length) reasons.push({ text, remedy });
      numbers.set(text, number);
    }
    marks[p] = number;
  };
  const excluded = intent.exclude.map((pattern) => ({ pattern, matches: nameMatcher(pattern) }));
  const pins = Map.groupBy(intent.pins, (pin) => pin.name);
  const reserved = new Set(intent.pinnedOnlySources);
  const sourceOf = new Map(
    intent.install.flatMap(({ spec, source }) => (source === undefined ? [] : [[spec, source]])),
  );
  const nothing = excluded.length + pins.size + reserved.size + sourceOf.size === 0 && !intent.strictPins;
  for (const { table, first } of nothing ? [] : loaded) {
    for (let i = 0; i < table.count; i++) {
      const name = table.name(i);
      const arch = table.arch(i);
      for (const { pattern, matches } of excluded) {
        if (matches(name) || matches(`${name}.${arch}`) || matches(nevraOf(identityAt(table, i)))) {
          mark(first + i, `excluded by "${pattern}"`, `Take "${pattern}" out of the packages to exclude`);
        }
      }
      const source = sourceOf.get(name);
      if (source !== undefined && source !== table.source)
        mark(first + i, `"${name}" shall come from source ${source}`, `Ask for "${name}" without that source`);
      const applying = pins.get(name)?.filter((pin) => pin.arch === null || pin.arch === arch);
      const pinned = applying?.some((pin) => isPinned(pin, { table, first }, i)) ?? false;
      if (pinned) continue;
      if (reserved.has(table.source))
        mark(
          first + i,
          `source ${table.source} is only for pinned packages`,
          `Pin the package in a lock file, or use source ${table.source} for all packages`,
        );
      else if (applying !== undefined && applying.length > 0) {
        mark(
          first + i,
          `"${name}" is pinned to ${applying.map((pin) => pin.evr).join(' or ')}`,
          `Change the version of "${name}" in the lock file`,
        );
      } else if (intent.strictPins)
        mark(
          first + i,
          'only pinned packages may be installed',
          `Add "${name}" to the lock file, or lift its strictness`,
        );
    }
  }
  return { marks, reasons };
}

function isPinned(pin: Pin, { table }: LoadedTable, index: number): boolean {
  if (pin.evr.replace(/^0:/, '') !== evrAt(table, index)) return false;
  if (pin.digest === undefined) return true;
  const { checksum } = table.planned(index, 'dependency');
  return pin.digest === `${checksum.algorithm}:${checksum.value}`;
}
