import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  type CheckResult,
  describeCheck,
  fileList,
  type Keyring,
  nevraOf,
  type PayloadFile,
  type RpmPackage,
  readKeyring,
  readPackage,
  readPayload,
  scripts,
  triggers,
  verifyPackage,
} from '../../plugins/repo-rpm/src/codec/index.ts';
import { type CaseResult, type ConformanceOptions, failed, passed, skipped } from './case.ts';
import { compareHeader, compareQuery, compareSignatures, isDamaged, sameText } from './rpm/compare.ts';
import { formatCpioLine, normaliseCpioLine } from './rpm/listing.ts';
import { type RpmAnswer, readRpmOracle } from './rpm/oracle.ts';

/** `--oracle DIR`: what rpm says of the packages. `--keys DIR`: keys that the oracle's rpm trusted. */
export const options = ['oracle', 'keys'] as const;

function findFiles(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && statSync(join(folder, name)).isFile())
    .sort();
}

async function loadKeys(folder: string | undefined): Promise<Keyring> {
  if (folder === undefined) return new Map();
  const readable: { name: string; bytes: Buffer }[] = [];
  for (const name of findFiles(folder, '')) {
    const file = { name, bytes: readFileSync(join(folder, name)) };
    // Folders of keys hold broken ones as well.
    const keys = await readKeyring([file]).catch(() => undefined);
    if (keys) readable.push(file);
  }
  return readKeyring(readable);
}

function message(error: unknown): string {
  const { code, message: text } = error as NodeJS.ErrnoException;
  return code === undefined ? `crashed: ${(error as Error).stack}` : `${code}: ${text}`;
}

function isCoded(error: unknown): boolean {
  return (error as Error).name === 'RpmFormatError';
}

/** Walks the payload and checks each content against its digest in the header. */
function walkPayload(
  pkg: RpmPackage,
  payload: Uint8Array,
  expected: readonly string[],
): { listing: string[]; problems: string[] } {
  const { digestAlgorithm } = fileList(pkg.metadata);
  const listing: string[] = [];
  const problems: string[] = [];
  for (const item of readPayload(pkg, payload)) {
    listing.push(formatCpioLine(item, expected[listing.length]));
    if (item.hasContent && !contentIsRight(item, digestAlgorithm))
      problems.push(`${item.file.path} has another digest`);
  }
  return { listing, problems };
}

function contentIsRight({ file, content }: PayloadFile, algorithm: string): boolean {
  const hash = createHash(algorithm);
  for (const piece of content) hash.update(piece);
  return hash.digest('hex') === file.digest || file.digest === '';
}

function comparePayload(pkg: RpmPackage, payload: Uint8Array, answer: RpmAnswer | undefined): string[] {
  try {
    const { listing, problems } = walkPayload(pkg, payload, answer?.cpio ?? []);
    const expected = answer?.cpio?.map(normaliseCpioLine) ?? listing;
    for (let i = 0; i < Math.max(expected.length, listing.length); i++) {
      if (sameText(expected[i], listing[i])) continue;
      return [`payload: expected ${expected[i]}, found ${listing[i]}`, ...problems];
    }
    return problems;
  } catch (error) {
    if (!isCoded(error)) return [message(error)];
    // rpm unpacks nothing of a payload whose digest is wrong, so its listing is empty.
    const refusedToo = answer?.cpio?.length === 0 && isDamaged(answer);
    return refusedToo ? [] : [`payload: ${message(error)}`];
  }
}

function ownVerdict(results: readonly CheckResult[]): string[] {
  return results
    .filter(({ verdict }) => verdict === 'bad')
    .map(({ check, reason }) => `${describeCheck(check)} is bad: ${reason}`);
}

function compare(bytes: Buffer, keyring: Keyring, answer: RpmAnswer | undefined): string[] {
  const pkg = readPackage(bytes);
  if (answer?.header === null) return ['rpm refuses the package, and it was read'];
  const results = verifyPackage(pkg, bytes, keyring);
  scripts(pkg.metadata);
  triggers(pkg.metadata);
  nevraOf(pkg.metadata);
  return [
    ...(answer?.header ? compareHeader(pkg, answer.header) : []),
    ...(answer?.query ? compareQuery(pkg, answer.query) : []),
    ...(answer?.signatures ? compareSignatures(pkg, results, answer.signatures, keyring) : ownVerdict(results)),
    ...comparePayload(pkg, bytes.subarray(pkg.extents.payload.offset), answer),
  ];
}

function judge(name: string, bytes: Buffer, keyring: Keyring, answer: RpmAnswer | undefined): CaseResult {
  try {
    const problems = compare(bytes, keyring, answer);
    return problems.length === 0 ? passed(name) : failed(name, problems.slice(0, 3).join('; '));
  } catch (error) {
    return isCoded(error) && answer?.header === null ? passed(name) : failed(name, message(error));
  }
}

/**
 * Every package below PATH against rpm's answers: header tags, identity, dependencies, files, payload listing, verdicts on digests and
 * signatures. What rpm refuses must be refused. Without an oracle, a package passes when all of it can be read and agrees with itself.
 */
export async function* run(path: string, { oracle, keys }: ConformanceOptions): AsyncGenerator<CaseResult> {
  const answers = oracle === undefined ? undefined : readRpmOracle(oracle);
  const keyring = await loadKeys(keys);
  for (const file of findFiles(path, '.rpm')) {
    const name = relative(path, join(path, file));
    const answer = answers?.(name) ?? answers?.(join(basename(path), name));
    if (answers && !answer) yield skipped(name, 'the oracle has no answer for it');
    else yield judge(name, readFileSync(join(path, file)), keyring, answer);
  }
}
