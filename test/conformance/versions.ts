import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compareEvr, compareVersions, parseEvr } from '../../plugins/repo-rpm/src/codec/index.ts';
import { type CaseResult, failed, passed, skipped } from './case.ts';

export const options = [] as const;

const RPM_FILE = /^(rpmvercmp|oracle-rpm.*)\.tsv$/;
const OTHER_FORMATS = /dpkg|apk/;

function compare(a: string, b: string): number {
  return /[:-]/.test(a + b) ? compareEvr(parseEvr(a), parseEvr(b)) : compareVersions(a, b);
}

function* fileCases(path: string): Generator<CaseResult> {
  const lines = readFileSync(path, 'utf8').split('\n');
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const name = `${basename(path)}:${i + 1}`;
    const [a, b, expected] = line.split('\t');
    if (a === undefined || b === undefined || !/^(-1|0|1)$/.test(expected ?? '')) {
      yield failed(name, 'the line is not two versions and an order, separated by tabs');
      continue;
    }
    const found = compare(a, b);
    yield found === Number(expected) ? passed(name) : failed(name, `${a} ? ${b} is ${expected}, and not ${found}`);
  }
}

/**
 * Version orders in tab separated lines: version, version, order. PATH is a folder or one file; the files of other package formats in it are
 * skipped.
 */
export async function* run(path: string): AsyncGenerator<CaseResult> {
  const single = path.endsWith('.tsv');
  const names = single ? [basename(path)] : readdirSync(path).sort();
  for (const name of names) {
    if (RPM_FILE.test(name)) yield* fileCases(join(single ? dirname(path) : path, name));
    else
      yield skipped(
        name,
        OTHER_FORMATS.test(name) ? 'orders versions of another package format' : 'holds no versions of rpm',
      );
  }
}
