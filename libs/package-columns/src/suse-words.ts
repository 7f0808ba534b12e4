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

/**
 * Whether something that a package provides says more than a name: `locale(…)`, and `package:/path`, which it was split off from. What a
 * kernel provides (`modalias(…)`, tens of thousands) is only asked for.
 */
export function providesSuse({ bytes, offsets }: StringColumn, number: number): boolean {
  const from = offsets[number]!;
  const end = offsets[number + 1]!;
  if (bytes[from] === LETTER_L && startsWith(bytes, from, end, LOCALE)) return true;
  for (let i = from + 1; i < end; i++) if (bytes[i] === COLON) return bytes[i + 1] === SLASH && i + 1 < end;
  return false;
}

const COLON = ':'.charCodeAt(0);
const SLASH = '/'.charCodeAt(0);
const LETTER_L = 'l'.charCodeAt(0);
const LOCALE = Buffer.from('locale(');

function startsWith(bytes: Uint8Array, from: number, end: number, text: Uint8Array): boolean {
  return from + text.length <= end && text.every((byte, i) => bytes[from + i] === byte);
}

function pair(a: number, b: number): number {
  return a * 256 + b;
}
