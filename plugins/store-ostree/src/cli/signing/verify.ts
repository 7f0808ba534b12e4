import { type Context, type KeySource, VERIFIER, type Verifier } from '@ostrata/contract';
import type { Metadata } from '../../codec/commit.ts';
import { VerbError } from '../error.ts';
import { failureOf, inlineKey, signaturesUnder } from './mechanism.ts';

/** Where the keys to verify with are, as `sign --verify` and the verbs of deltas take them. */
export interface VerifyOptions {
  readonly type: string;
  readonly keys: readonly string[];
  readonly file: string | undefined;
  readonly directory: string | undefined;
}

/** Keys of a file, else of a directory that is laid out as the system's, else the system's. */
export async function fileSources(verifier: Verifier, options: VerifyOptions): Promise<readonly KeySource[]> {
  if (options.file !== undefined) return [options.file];
  const system = options.directory === undefined ? {} : { system: options.directory };
  return verifier.trusted({ repository: null, remote: null, options: {}, ...system });
}

/** Keys of the command line together with those of files where these were asked for or nothing else is there. */
export async function allSources(verifier: Verifier, options: VerifyOptions): Promise<readonly KeySource[]> {
  const inline = options.keys.map(inlineKey);
  if (inline.length > 0 && options.file === undefined) return inline;
  return [...inline, ...(await fileSources(verifier, options))];
}

/** Whether the system trusts any key of a mechanism that is there. */
export async function hasSystemKeys(type: string, ctx: Context): Promise<boolean> {
  if (!ctx.keys(VERIFIER).includes(type)) return false;
  const verifier = await ctx.get(VERIFIER, type);
  const sources = await verifier.trusted({ repository: null, remote: null, options: {} });
  try {
    await verifier.verify(new Uint8Array(), [], sources, ctx);
    return true;
  } catch {
    ctx.signal.throwIfAborted();
    return false;
  }
}

/** What is said of the first good signature. Throws a VerbError that says why there is none. */
export async function verifyBytes(
  verifier: Verifier,
  type: string,
  bytes: Uint8Array,
  metadata: Metadata | undefined,
  sources: readonly KeySource[],
  ctx: Context,
): Promise<string> {
  const signatures = signaturesUnder(metadata, verifier.metadataKey);
  if (signatures === undefined) throw new VerbError(`${type}: commit have no signatures of my type`);
  const found = await verifier.verify(bytes, signatures, sources, ctx);
  const good = found.find(({ verdict }) => verdict === 'good');
  if (good) return verifier.describe(good).join('\n');
  throw new VerbError(found.length === 0 ? `${type}: no signatures found` : failureOf(verifier, found));
}
