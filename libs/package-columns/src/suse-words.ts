import type { StringColumn } from '@ostrata/contract';

const CLOSE = ')'.charCodeAt(0);
const OPEN = '('.charCodeAt(0);
/** The first letters of what {@link NAME} matches, as nearly all names are something else. */
const BEGINNINGS = new Set(
  ['lo', 'la', 'mo', 'fi', 'pa', 'ot'].map((text) => pair(text.charCodeAt(0), text.charCodeAt(1))),
);
const NAME = /^(?:locale|language|modalias|filesystem|packageand|otherproviders)\(/;
const RICH = /[ (](?:language|modalias|filesystem|packageand)\(/;

/** Whether a dependency's name is of those in which SUSE's packages say more than a name (libsolv, src/suse.c), by its string. */
export function saysSuse(strings: StringColumn, number: number): boolean {
  const { bytes, offsets } = strings;
  const from = offsets[number]!;
  if (bytes[offsets[number + 1]! - 1] !== CLOSE) return false;
  if (bytes[from] === OPEN) return RICH.test(strings.text(number));
  return BEGINNINGS.has(pair(bytes[from]!, bytes[from + 1]!)) && NAME.test(strings.text(number));
}

function pair(a: number, b: number): number {
  return a * 256 + b;
}
