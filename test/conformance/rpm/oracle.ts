import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from '../../../libs/compression/src/index.ts';

/** What rpm says of one package. Texts are Latin-1, so that no byte is lost. */
export interface RpmAnswer {
  /** Tags by rpm's names for them; null when rpm refuses the package. */
  readonly header: Readonly<Record<string, unknown>> | null | undefined;
  /** Identity, dependencies and files. */
  readonly query: readonly string[] | undefined;
  /** Lines of `cpio -tv` over the payload. */
  readonly cpio: readonly string[] | undefined;
  /** Lines of `rpm -Kv`. */
  readonly signatures: readonly string[] | undefined;
}

const MAX_SIZE = 1024 * 1024 * 1024;

function readText(folder: string, name: string): string | undefined {
  for (const [suffix, unpack] of [
    ['.zst', true],
    ['', false],
  ] as const) {
    const path = join(folder, name + suffix);
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    return (unpack ? decompress(bytes, { maxBytes: MAX_SIZE, format: 'zstd' }) : bytes).toString('latin1');
  }
  return undefined;
}

/** Sections that begin with a line naming the package. */
function sections(text: string | undefined, title: RegExp): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text?.split('\n') ?? []) {
    const name = title.exec(line)?.[1];
    if (name !== undefined) {
      current = [];
      found.set(name, current);
    } else if (line !== '') current?.push(line);
  }
  return found;
}

function headers(text: string | undefined): Map<string, Record<string, unknown> | null> {
  const found = new Map<string, Record<string, unknown> | null>();
  for (const part of text?.split(/^(?=\{"file":)/m) ?? []) {
    if (part.trim() === '') continue;
    // An object cut short by rpm's refusal lacks its brace.
    const { file, rpm } = JSON.parse(part.trimEnd().endsWith('}') ? part : `${part}}`) as {
      file: string;
      rpm: Record<string, unknown> | null;
    };
    found.set(file, rpm);
  }
  return found;
}

/** Reads a folder with headers.json, query, cpio and sigcheck texts; any of them may be absent. */
export function readRpmOracle(folder: string): (name: string) => RpmAnswer | undefined {
  const header = headers(readText(folder, 'headers.json.txt'));
  const query = sections(readText(folder, 'query.txt'), /^== (.*)$/);
  const cpio = sections(readText(folder, 'cpio.txt'), /^== (.*)$/);
  const signatures = sections(readText(folder, 'sigcheck.txt'), /^\.\/(.*\.rpm):$/);
  if (header.size + query.size + cpio.size + signatures.size === 0) {
    throw new Error(`${folder} holds no answers of rpm (headers.json.txt, query.txt, cpio.txt, sigcheck.txt)`);
  }
  return (name) => {
    const key = Buffer.from(name, 'utf8').toString('latin1');
    const answer = {
      header: header.get(key),
      query: query.get(key),
      cpio: cpio.get(key),
      signatures: signatures.get(key),
    };
    return Object.values(answer).every((value) => value === undefined) ? undefined : answer;
  };
}
