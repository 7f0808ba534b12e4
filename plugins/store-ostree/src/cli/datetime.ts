const UNITS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  fortnight: 1_209_600,
};

/**
 * A point in time as GNU programs take it, in seconds since 1970: `@SECONDS`, ISO 8601 and RFC 2822 dates with or without a zone,
 * `now`, `yesterday`, `2 weeks ago`, `-3 days`, months and years likewise. Undefined for anything else.
 */
export function parseDateTime(text: string, now = new Date()): number | undefined {
  const trimmed = text.trim();
  const seconds = /^@(-?\d+)(?:\.\d+)?$/.exec(trimmed)?.[1];
  if (seconds !== undefined) return Number(seconds);
  return parseRelative(trimmed.toLowerCase(), now) ?? parseAbsolute(trimmed);
}

function parseAbsolute(text: string): number | undefined {
  const iso =
    /^(\d{4}-\d{1,2}-\d{1,2})(?:[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?\s*(Z|UTC|GMT|[-+]\d{2}:?\d{2}|[-+]\d{2})?$/i.exec(
      text,
    );
  if (!iso) {
    const parsed = /\d/.test(text) && /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000);
  }
  const [, date, time = '00:00:00', zone = ''] = iso;
  const [year, month, day] = date!.split('-');
  const clock = time.length <= 5 ? `${time}:00` : time;
  const offset = /^[-+]/.test(zone) ? `${zone.slice(0, 3)}:${zone.replace(':', '').slice(3) || '00'}` : zone && 'Z';
  const parsed = Date.parse(
    `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}T${clock.padStart(8, '0')}${offset}`,
  );
  return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000);
}

function parseRelative(text: string, now: Date): number | undefined {
  const date = new Date(now);
  const fixed: Readonly<Record<string, number>> = { now: 0, today: 0, yesterday: -86_400, tomorrow: 86_400 };
  const step = fixed[text];
  if (step !== undefined) return Math.floor(date.getTime() / 1000) + step;
  let left = text;
  let matched = false;
  for (;;) {
    const match = /^([-+]?)\s*(\d+|last|next|an?)?\s*([a-z]+?)s?(\s+ago)?(?:\s+|$)/.exec(left);
    if (!match || left === '') break;
    const [whole, sign, number = '1', unit, ago] = match;
    const count = number === 'last' ? -1 : /^\d+$/.test(number) ? Number(number) : 1;
    const signed = (sign === '-' ? -count : count) * (ago === undefined ? 1 : -1);
    if (unit === 'month') date.setMonth(date.getMonth() + signed);
    else if (unit === 'year') date.setFullYear(date.getFullYear() + signed);
    else if (Object.hasOwn(UNITS, unit!)) date.setTime(date.getTime() + signed * UNITS[unit!]! * 1000);
    else return undefined;
    left = left.slice(whole.length);
    matched = true;
  }
  return matched && left === '' ? Math.floor(date.getTime() / 1000) : undefined;
}
