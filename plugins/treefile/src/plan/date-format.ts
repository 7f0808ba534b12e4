const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A number with the width it is padded to and the character for it. */
type Part = string | readonly [value: number, width: number, pad: '0' | ' '];

const FORMATS: { readonly [letter: string]: (date: Date) => Part } = {
  a: (d) => (DAYS[d.getUTCDay()] ?? '').slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()] ?? '',
  b: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  h: (d) => (MONTHS[d.getUTCMonth()] ?? '').slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()] ?? '',
  C: (d) => [Math.floor(d.getUTCFullYear() / 100), 2, '0'],
  d: (d) => [d.getUTCDate(), 2, '0'],
  e: (d) => [d.getUTCDate(), 2, ' '],
  g: (d) => [isoWeek(d).year % 100, 2, '0'],
  G: (d) => [isoWeek(d).year, 0, '0'],
  H: (d) => [d.getUTCHours(), 2, '0'],
  I: (d) => [d.getUTCHours() % 12 || 12, 2, '0'],
  j: (d) => [dayOfYear(d), 3, '0'],
  k: (d) => [d.getUTCHours(), 2, ' '],
  l: (d) => [d.getUTCHours() % 12 || 12, 2, ' '],
  m: (d) => [d.getUTCMonth() + 1, 2, '0'],
  M: (d) => [d.getUTCMinutes(), 2, '0'],
  n: () => '\n',
  p: (d) => (d.getUTCHours() < 12 ? 'AM' : 'PM'),
  P: (d) => (d.getUTCHours() < 12 ? 'am' : 'pm'),
  s: (d) => [Math.floor(d.getTime() / 1000), 0, '0'],
  S: (d) => [d.getUTCSeconds(), 2, '0'],
  t: () => '\t',
  u: (d) => [d.getUTCDay() || 7, 0, '0'],
  V: (d) => [isoWeek(d).week, 2, '0'],
  w: (d) => [d.getUTCDay(), 0, '0'],
  y: (d) => [d.getUTCFullYear() % 100, 2, '0'],
  Y: (d) => [d.getUTCFullYear(), 0, '0'],
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};

const COMPOUND: { readonly [letter: string]: string } = {
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
};

/**
 * Formats a time in UTC by the conversions of GLib's `g_date_time_format`, with English names. `-` before a letter takes padding
 * away, `_` pads with blanks and `0` with zeros. Returns null at a conversion that is unknown.
 */
export function formatDate(format: string, seconds: number): string | null {
  const date = new Date(seconds * 1000);
  let valid = true;
  const text = format.replace(/%([-_0]?)(.?)/gs, (_all, flag: string, letter: string) => {
    const compound = COMPOUND[letter];
    if (compound !== undefined) return formatDate(compound, seconds) ?? '';
    const part = Object.hasOwn(FORMATS, letter) ? FORMATS[letter]?.(date) : undefined;
    if (part === undefined) valid = false;
    if (part === undefined || typeof part === 'string') return part ?? '';
    const [value, width, pad] = part;
    if (flag === '-') return String(value);
    return String(value).padStart(width, flag === '_' ? ' ' : flag === '0' ? '0' : pad);
  });
  return valid ? text : null;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** Week of ISO 8601: the year's first week is the one with its first Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}
