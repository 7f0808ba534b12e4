import fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '@ostrata/contract';
import { coreError } from '../errors.ts';

/**
 * One line of the journal. `intend` says what will be changed, `complete` that it has been; `swap` is the point of no return. A
 * journal that is there when a run begins was left by an interrupted one: whoever ends in order removes it.
 */
export type JournalLine =
  | { readonly type: 'intend'; readonly id: number; readonly kind: string; readonly data: Json }
  | { readonly type: 'complete'; readonly id: number }
  | { readonly type: 'swap' };

/** An intent with what became of it. */
export interface Intention {
  readonly id: number;
  readonly kind: string;
  readonly data: Json;
  readonly complete: boolean;
}

export interface JournalState {
  readonly intentions: readonly Intention[];
  readonly swapped: boolean;
}

/** Append-only JSON lines, each fsynced before `append` returns. The file is made at the first line. */
export class Journal {
  readonly path: string;
  #file: number | null = null;

  constructor(directory: string) {
    this.path = join(directory, 'journal.jsonl');
  }

  append(line: JournalLine): void {
    const isNew = this.#file === null && !fs.existsSync(this.path);
    this.#file ??= fs.openSync(this.path, 'a', 0o600);
    const before = fs.fstatSync(this.#file).size;
    try {
      fs.writeSync(this.#file, `${JSON.stringify(line)}\n`);
      fs.fsyncSync(this.#file);
    } catch (error) {
      // A full disk must not leave half a line for the next one to be appended to.
      fs.ftruncateSync(this.#file, before);
      throw error;
    }
    if (isNew) sync(dirname(this.path));
  }

  /**
   * What an interrupted run left; null when nothing. A last line without its line feed was being written when the machine stopped:
   * it is cut off. Throws JOURNAL_CORRUPT for any other damage.
   */
  read(): JournalState | null {
    if (!fs.existsSync(this.path)) return null;
    const bytes = fs.readFileSync(this.path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) sync(this.path, end);
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    return replay(lines.map((text, index) => parseLine(text, index + 1, this.path)));
  }

  /** Removes the journal: its run has ended, with everything done or undone. */
  clear(): void {
    this.close();
    if (!fs.existsSync(this.path)) return;
    fs.rmSync(this.path);
    sync(dirname(this.path));
  }

  close(): void {
    if (this.#file !== null) fs.closeSync(this.#file);
    this.#file = null;
  }
}

/** Cuts a file off at a length, if one is given, and brings it (or a directory's names) to the disk. */
function sync(path: string, length?: number): void {
  const file = fs.openSync(path, length === undefined ? 'r' : 'r+');
  try {
    if (length !== undefined) fs.ftruncateSync(file, length);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function replay(lines: readonly JournalLine[]): JournalState {
  const intentions = new Map<number, Intention>();
  let swapped = false;
  for (const line of lines) {
    if (line.type === 'swap') swapped = true;
    else if (line.type === 'intend')
      intentions.set(line.id, { id: line.id, kind: line.kind, data: line.data, complete: false });
    else {
      const intention = intentions.get(line.id);
      if (intention !== undefined) intentions.set(line.id, { ...intention, complete: true });
    }
  }
  return { intentions: [...intentions.values()], swapped };
}

function parseLine(text: string, number: number, path: string): JournalLine {
  try {
    const line = JSON.parse(text) as JournalLine;
    if (line.type === 'swap') return line;
    if (line.type === 'complete' && typeof line.id === 'number') return line;
    if (line.type === 'intend' && typeof line.id === 'number' && typeof line.kind === 'string') return line;
  } catch {
    // Said below.
  }
  throw coreError('JOURNAL_CORRUPT', `Line ${number} of the journal ${path} cannot be read.`, {
    hint: 'The disk or somebody changed the file. Check the system by hand, then remove the file.',
    data: { path, line: number },
  });
}
