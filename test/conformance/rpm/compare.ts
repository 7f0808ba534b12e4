import {
  type CheckResult,
  dependencies,
  dependencyPurposes,
  describeCheck,
  fileList,
  formatDependency,
  formatFileFlags,
  formatNevra,
  type HeaderEntry,
  type Keyring,
  nevraOf,
  type PackageFile,
  type RpmPackage,
  Tag,
  TagType,
  tagName,
} from '../../../plugins/repo-rpm/src/codec/index.ts';
import type { RpmAnswer } from './oracle.ts';

/** Where rpm's JSON calls a tag by another of its names. */
const OTHER_NAMES: Partial<Record<number, string>> = {
  [Tag.SOURCESIGMD5]: 'Sourcepkgid',
  [Tag.PAYLOADSHA256]: 'Payloaddigest',
  [Tag.PAYLOADSHA256ALGO]: 'Payloaddigestalgo',
  [Tag.PAYLOADSHA256ALT]: 'Payloaddigestalt',
};

/** Tags of signature headers that rpm 4 does not merge into the header. */
const NEWER_MERGES = new Set<number>([Tag.OPENPGP, Tag.SHA3_256HEADER]);

/** Whether a text of ours is that of the oracle, which is in Latin-1 to keep every byte; what was not UTF-8 is so in ours too. */
export function sameText(expected: string | undefined, found: string | undefined): boolean {
  if (expected === undefined || found === undefined) return expected === found;
  return expected === found || expected === Buffer.from(found, 'utf8').toString('latin1');
}

/** What rpm 4 takes from the signature header of packages of format 6, and rpm 6 does not. */
const LEGACY_SIGNATURES = new Set(['Sigpgp', 'Siggpg', 'Sigmd5', 'Sigsize']);

function keysOf(tag: number): string[] {
  const name = tagName(tag);
  const number = `[${tag}]`;
  if (name === undefined) return [number];
  const capitalised = name.charAt(0) + name.slice(1).toLowerCase();
  return [capitalised, OTHER_NAMES[tag] ?? capitalised, number];
}

function tagValue(pkg: RpmPackage, { tag, type, data }: HeaderEntry): unknown {
  if (type === TagType.bin) return data.toString('base64');
  const textual = type === TagType.string || type === TagType.stringArray || type === TagType.i18n;
  const values = textual
    ? pkg.metadata.stringBytes(tag).map((bytes) => bytes.toString('latin1'))
    : pkg.metadata.numbers(tag);
  return values.length === 1 ? values[0] : values;
}

/** Compares all tags with rpm's JSON of them. */
export function compareHeader(pkg: RpmPackage, answer: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const left = new Set(Object.keys(answer));
  for (const entry of pkg.metadata.entries()) {
    const key = keysOf(entry.tag).find((name) => name in answer);
    if (key === undefined) {
      if (!NEWER_MERGES.has(entry.tag)) problems.push(`header: rpm has no ${keysOf(entry.tag)[0]}`);
      continue;
    }
    left.delete(key);
    const [expected, found] = [JSON.stringify(answer[key]), JSON.stringify(tagValue(pkg, entry))];
    if (expected !== found) problems.push(`header: ${key} is ${expected.slice(0, 100)}, found ${found.slice(0, 100)}`);
  }
  for (const key of left)
    if (!(pkg.format === 6 && LEGACY_SIGNATURES.has(key))) problems.push(`header: ${key} is missing`);
  return problems;
}

function fileLine(pkg: RpmPackage, file: PackageFile): string {
  const { mode, user, group, mtime, flags, path, link, digest, caps, index } = file;
  // rpm prints what a tag of the header says, and here only one of the two size tags.
  const size = pkg.metadata.has(Tag.FILESIZES) ? String(file.size) : '(none)';
  const capText = pkg.metadata.has(Tag.FILECAPS) ? (pkg.metadata.strings(Tag.FILECAPS)[index] ?? caps) : '(none)';
  const letters = formatFileFlags(flags);
  return `F ${mode.toString(8)} ${user} ${group} ${size} ${mtime} ${letters} ${path} -> ${link} ${digest} caps=${capText}`;
}

const DEPENDENCY_LETTERS = [
  ['P', 'provides'],
  ['R', 'requires'],
  ['O', 'obsoletes'],
  ['C', 'conflicts'],
  ['RC', 'recommends'],
  ['SU', 'suggests'],
  ['SP', 'supplements'],
  ['EN', 'enhances'],
] as const;

function queryLines(pkg: RpmPackage): string[] {
  const { metadata } = pkg;
  const size = metadata.number(Tag.SIZE);
  const longSize = metadata.number(Tag.LONGSIZE) ?? size;
  const compressor = metadata.string(Tag.PAYLOADCOMPRESSOR) ?? '(none)';
  return [
    `${formatNevra({ ...nevraOf(metadata), arch: metadata.string(Tag.ARCH) ?? '' })}|${size ?? '(none)'}|${longSize ?? '(none)'}|${compressor}`,
    ...DEPENDENCY_LETTERS.flatMap(([letter, kind]) =>
      dependencies(metadata, kind).map((dependency) => {
        const purposes = kind === 'requires' ? ` ${dependencyPurposes(dependency).join(',')}` : '';
        return `${letter} ${formatDependency(dependency)}${purposes}`;
      }),
    ),
    ...fileList(metadata).files.map((file) => fileLine(pkg, file)),
  ];
}

/** Compares identity, dependencies and files with rpm's query. */
export function compareQuery(pkg: RpmPackage, answer: readonly string[]): string[] {
  const found = queryLines(pkg);
  for (let i = 0; i < Math.max(found.length, answer.length); i++) {
    if (!sameText(answer[i], found[i])) return [`query: expected ${answer[i]}, found ${found[i]}`];
  }
  return [];
}

interface OracleVerdict {
  readonly label: string;
  readonly verdict: string;
}

function verdictLines(lines: readonly string[]): OracleVerdict[] {
  return lines.flatMap((line) => {
    const match = /^ {4}(\S.*?): (OK|BAD|NOKEY|NOTFOUND|NOTTRUSTED)( \(.*\))?$/.exec(line);
    // What rpm only misses is not in the package.
    return match && match[2] !== 'NOTFOUND' ? [{ label: match[1] as string, verdict: match[2] as string }] : [];
  });
}

/** Whether rpm found a digest of the package to be wrong. */
export function isDamaged(answer: RpmAnswer): boolean {
  return verdictLines(answer.signatures ?? []).some(
    ({ label, verdict }) => verdict === 'BAD' && label.endsWith('digest'),
  );
}

function agrees({ check, verdict }: CheckResult, expected: string, keyring: Keyring): boolean {
  if (expected === 'BAD') return verdict === 'bad';
  if (check.kind !== 'signature') return verdict === 'ok';
  const known = keyring.has(check.packet.keyId);
  // Where only one side has the key, the other can say no more than that the data are those that were signed.
  return known ? verdict === 'ok' || expected === 'NOKEY' : verdict === 'nokey';
}

/**
 * Compares verdicts on digests and signatures with those of `rpm -Kv`. Where the oracle's rpm is too old for a digest or signature, its silence
 * is no verdict; but nothing that it does not call bad may be bad.
 */
export function compareSignatures(
  pkg: RpmPackage,
  results: readonly CheckResult[],
  answer: readonly string[],
  keyring: Keyring,
): string[] {
  const problems: string[] = [];
  const left = [...results];
  for (const { label, verdict } of verdictLines(answer)) {
    const at = left.findIndex(({ check }) => describeCheck(check) === label);
    const [result] = at < 0 ? [] : left.splice(at, 1);
    // rpm 6 does not look for the older signatures in packages of format 6.
    if (!result && pkg.format === 6 && !label.startsWith('Header') && !label.startsWith('Payload')) continue;
    if (!result) problems.push(`signatures: ${label} is missing`);
    else if (!agrees(result, verdict, keyring))
      problems.push(`signatures: ${label} is ${verdict}, found ${result.verdict}`);
  }
  for (const { check, verdict, reason } of left) {
    if (verdict === 'bad') problems.push(`signatures: rpm does not call ${describeCheck(check)} bad: ${reason}`);
  }
  return problems;
}
