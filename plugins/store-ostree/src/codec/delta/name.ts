import { Buffer } from 'node:buffer';
import { type Checksum, isChecksum } from '../checksum.ts';

/** From which commit to which a static delta leads; undefined for one that starts from nothing. */
export interface DeltaName {
  readonly from: Checksum | undefined;
  readonly to: Checksum;
}

/** A checksum in base64 as paths have it: 43 characters, without padding, `_` for `/` (ostree_checksum_b64_from_bytes). */
const toPathText = (checksum: Checksum): string =>
  Buffer.from(checksum, 'hex').toString('base64').slice(0, 43).replaceAll('/', '_');

function fromPathText(text: string): Checksum | undefined {
  if (!/^[A-Za-z0-9+_]{43}$/.test(text)) return undefined;
  const checksum = Buffer.from(text.replaceAll('_', '/'), 'base64').toString('hex');
  // The last character has two bits to spare: only one of its spellings is a name.
  return toPathText(checksum) === text ? checksum : undefined;
}

/** `FROM-TO`, or `TO` for a delta from nothing: how the command line and summaries name a delta. */
export const deltaId = ({ from, to }: DeltaName): string => (from === undefined ? to : `${from}-${to}`);

/** Reads what `deltaId` writes; undefined for other texts. */
export function parseDeltaId(id: string): DeltaName | undefined {
  const [first, second, ...more] = id.split('-') as [string, ...string[]];
  if (more.length > 0 || !isChecksum(first) || (second !== undefined && !isChecksum(second))) return undefined;
  return second === undefined ? { from: undefined, to: first } : { from: first, to: second };
}

/** The directory of a delta in a repository (ostree-core.c, static_delta_path_base). */
export function deltaPath({ from, to }: DeltaName): string {
  const text = from === undefined ? toPathText(to) : `${toPathText(from)}-${toPathText(to)}`;
  return `deltas/${text.slice(0, 2)}/${text.slice(2)}`;
}

/** Reads the two last parts of what `deltaPath` writes; undefined for other names. */
export function parseDeltaPath(prefix: string, rest: string): DeltaName | undefined {
  if (prefix.length !== 2) return undefined;
  const [first, second, ...more] = `${prefix}${rest}`.split('-') as [string, ...string[]];
  const start = fromPathText(first);
  const end = second === undefined ? undefined : fromPathText(second);
  if (more.length > 0 || start === undefined || (second !== undefined && end === undefined)) return undefined;
  return end === undefined ? { from: undefined, to: start } : { from: start, to: end };
}

/** The file in a repository that lists the deltas to a commit. */
export function deltaIndexPath(to: Checksum): string {
  const text = toPathText(to);
  return `delta-indexes/${text.slice(0, 2)}/${text.slice(2)}.index`;
}

export function parseDeltaIndexPath(prefix: string, name: string): Checksum | undefined {
  return prefix.length === 2 && name.endsWith('.index') ? fromPathText(`${prefix}${name.slice(0, -6)}`) : undefined;
}
