import { byteswap } from '../codec/gvariant-text/byteswap.ts';
import { printValue } from '../codec/gvariant-text/print.ts';
import type { Summary } from '../summary/index.ts';
import { VerbError } from './error.ts';
import type { OptionSpec, OptionValues } from './verb.ts';

/** Options that show a part of the metadata of a summary (libostree 2023.1 and later). */
export const KEY_OPTIONS: readonly OptionSpec[] = [
  { name: 'list-metadata-keys', kind: 'flag', summary: 'List the available metadata keys' },
  { name: 'print-metadata-key', kind: 'text', summary: 'Print string value of metadata key', value: 'KEY' },
];

/** What those options ask for, or undefined where none of them was given. */
export function dumpSummaryKeys({ metadata }: Summary, options: OptionValues): string | undefined {
  if (options.flag('list-metadata-keys')) {
    const keys = [...metadata.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return keys.map((key) => `${key}\n`).join('');
  }
  const key = options.text('print-metadata-key');
  if (key === undefined) return undefined;
  const value = metadata.get(key);
  if (!value) throw new VerbError(`No such metadata key '${key}'`);
  return `${printValue(value.type, byteswap(value.type, value.value))}\n`;
}
