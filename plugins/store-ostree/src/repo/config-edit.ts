/** Text of a key file with one key set; all other lines stay as they are. */
export function setConfigKey(text: string, group: string, key: string, value: string): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const { at, end } = findKey(lines, group, key);
  const line = `${key}=${escapeValue(value)}`;
  if (at !== undefined) lines[at] = line;
  else if (end !== undefined) lines.splice(end, 0, line);
  else lines.push(...(lines.length > 0 ? [''] : []), `[${group}]`, line);
  return `${lines.join('\n')}\n`;
}

/** Text of a key file without one key, or undefined where it has not got it. */
export function unsetConfigKey(text: string, group: string, key: string): string | undefined {
  const lines = text.split('\n');
  const { at } = findKey(lines, group, key);
  return at === undefined ? undefined : lines.toSpliced(at, 1).join('\n');
}

/** The line of a key, and the line after the last one of its group that is not empty; undefined where there is none. */
function findKey(lines: readonly string[], group: string, key: string): { at?: number; end?: number } {
  let inside = false;
  let at: number | undefined;
  let end: number | undefined;
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line.startsWith('[') && line.endsWith(']')) inside = line.slice(1, -1) === group;
    if (!inside || line === '') continue;
    end = index + 1;
    const equals = line.indexOf('=');
    if (equals > 0 && !line.startsWith('#') && line.slice(0, equals).trimEnd() === key) at = index;
  }
  return { ...(at === undefined ? {} : { at }), ...(end === undefined ? {} : { end }) };
}

const ESCAPED: Readonly<Record<string, string>> = { ' ': '\\s', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\\': '\\\\' };
const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', '\\': '\\' };

/** A string as key files hold it (Desktop Entry Specification, "Possible value types"): blanks are only escaped where it begins. */
export const escapeValue = (value: string): string =>
  value.replace(/^[ \t]+|[\n\r\\]/g, (found) => [...found].map((char) => ESCAPED[char]).join(''));

export const unescapeValue = (value: string): string =>
  value.replace(/\\([ntrs\\])/g, (_, char: string) => UNESCAPED[char]!);
