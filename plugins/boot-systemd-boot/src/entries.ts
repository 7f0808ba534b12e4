import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EntryName, parseEntryName } from './entry-name.ts';
import { filesOf } from './entry-text.ts';
import { namesIn } from './find-partitions.ts';

/** A file of ours in `loader/entries`. */
export interface Entry extends EntryName {
  readonly name: string;
  readonly text: string;
}

export const directoryOf = (boot: string): string => join(boot, 'loader/entries');

/** Entries and drafts of ours, in the order in which systemd-boot shows them: without a try left last, else the newest menu first. */
export function readEntries(boot: string): Entry[] {
  const directory = directoryOf(boot);
  const entries = namesIn(directory).flatMap((name) => {
    const parsed = parseEntryName(name);
    return parsed === null ? [] : [{ ...parsed, name, text: readFileSync(join(directory, name), 'utf8') }];
  });
  const isSpent = ({ tries }: Entry) => Number(tries?.left === 0);
  return entries.sort((a, b) => isSpent(a) - isSpent(b) || b.generation - a.generation || b.rank - a.rank);
}

/** All that entries of anybody need, so that it stays. */
export function neededFiles(boot: string): string[] {
  const directory = directoryOf(boot);
  const names = namesIn(directory).filter((name) => /\.conf$/i.test(name));
  return names.flatMap((name) => filesOf(readFileSync(join(directory, name), 'utf8')));
}
