import { escapeValue } from '../repo/config-edit.ts';

// A config is edited as text: comments, blank lines and groups of other programs stay as they are.

/** The text without a group, and without the blank lines before it. */
export function withoutGroup(text: string, group: string): string {
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    const header = /^\s*\[(.*)\]\s*$/.exec(line);
    if (header) inside = header[1] === group;
    if (!inside) kept.push(line);
  }
  return `${kept.join('\n').replace(/\n+$/, '')}\n`;
}

/** The text with a group at its end, in place of one of the same name. Values are escaped. */
export function withGroup(text: string, group: string, values: ReadonlyMap<string, string>): string {
  const lines = [...values].map(([key, value]) => `${key}=${escapeValue(value)}\n`);
  const before = withoutGroup(text, group);
  return `${before === '\n' ? '' : `${before}\n`}[${group}]\n${lines.join('')}`;
}

/** The items of a list value: ended or divided by semicolons, as key files have them, or by commas. */
export function listValue(text: string): string[] {
  return text
    .split(/[;,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
