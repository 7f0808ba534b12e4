import {
  type Context,
  type HostError,
  type KeySource,
  type Signature,
  VERIFIER,
  type Verifier,
} from '@ostrata/contract';
import type { Metadata } from '../codec/commit.ts';
import { storeError } from '../errors.ts';
import { listValue } from '../remote/config-text.ts';
import { type Remote, remoteFlag } from '../remote/remotes.ts';

/** A valid signature by one of these mechanisms; null for any that is not OpenPGP. */
export type Demand = readonly string[] | null;

/** What a remote demands of signatures. Each demand must be met. */
export interface SignaturePolicy {
  readonly remote: Remote;
  /** Directory of the repository that is pulled into. */
  readonly repository: string;
  readonly commits: readonly Demand[];
  readonly summaries: readonly Demand[];
}

const GPG = 'gpg';

/**
 * Reads the options `gpg-verify` (on unless it is switched off), `gpg-verify-summary`, `sign-verify` and `sign-verify-summary` (off; true
 * for any mechanism that has keys, or a list of some). @throws OSTREE_REMOTE_INVALID
 */
export function signaturePolicy(remote: Remote, repository: string): SignaturePolicy {
  const demands = (gpg: boolean, key: string): Demand[] => [...(gpg ? [[GPG]] : []), ...signDemands(remote, key)];
  return {
    remote,
    repository,
    commits: demands(remoteFlag(remote, 'gpg-verify', true), 'sign-verify'),
    summaries: demands(remoteFlag(remote, 'gpg-verify-summary', false), 'sign-verify-summary'),
  };
}

function signDemands(remote: Remote, key: string): Demand[] {
  const value = remote.options.get(key)?.trim();
  if (value === undefined || value === 'false' || value === '0' || value === '') return [];
  return [value === 'true' || value === '1' ? null : listValue(value)];
}

type Place = Pick<SignaturePolicy, 'remote' | 'repository'>;

/**
 * Holds bytes to what a remote demands, in libostree's order and words. `what` names the bytes in messages.
 * @throws OSTREE_PULL_SIGNATURE
 */
export async function verifySignatures(
  demands: readonly Demand[],
  place: Place,
  what: string,
  bytes: Uint8Array,
  signatures: Metadata | null,
  ctx: Context,
): Promise<void> {
  for (const demand of demands) {
    if (demand?.[0] === GPG) await verifyGpg(place, what, bytes, signatures, ctx);
    else await verifySign(demand, place, what, bytes, signatures, ctx);
  }
}

async function verifyGpg(
  place: Place,
  what: string,
  bytes: Uint8Array,
  signatures: Metadata | null,
  ctx: Context,
): Promise<void> {
  if (!ctx.keys(VERIFIER).includes(GPG)) throw notHere(GPG, place.remote);
  const verifier = await ctx.get(VERIFIER, GPG);
  const found = signaturesOf(signatures, verifier.metadataKey);
  if (found === undefined) {
    const problem =
      'GPG verification enabled, but no signatures found (use gpg-verify=false in remote config to disable)';
    throw unverified(what, problem, [], place.remote, GPG_HINT);
  }
  const verdicts = await verifier.verify(bytes, found, await trusted(verifier, place), ctx);
  if (verdicts.some(({ verdict }) => verdict === 'good')) return;
  const lines = verdicts.toReversed().flatMap((signature) => verifier.describe(signature));
  throw unverified(what, lines.join('\n') || 'No GPG signatures found', verdicts, place.remote, GPG_HINT);
}

/** One good signature of one mechanism suffices. A mechanism that is named must have keys of its own for the remote. */
async function verifySign(
  demand: Demand,
  place: Place,
  what: string,
  bytes: Uint8Array,
  signatures: Metadata | null,
  ctx: Context,
): Promise<void> {
  const there = ctx.keys(VERIFIER).filter((mechanism) => mechanism !== GPG);
  if (demand === null && there.length === 0) throw notHere('ed25519', place.remote);
  const verdicts: Signature[] = [];
  const problems: string[] = [];
  const usable: { readonly verifier: Verifier; readonly keys: readonly KeySource[] }[] = [];
  for (const mechanism of demand ?? there) {
    if (!there.includes(mechanism)) throw notHere(mechanism, place.remote);
    const verifier = await ctx.get(VERIFIER, mechanism);
    usable.push({ verifier, keys: await keysOf(verifier, mechanism, demand !== null, place, ctx) });
  }
  for (const { verifier, keys } of usable) {
    const found = signaturesOf(signatures, verifier.metadataKey);
    if (found === undefined) continue;
    try {
      const checked = await verifier.verify(bytes, found, keys, ctx);
      if (checked.some(({ verdict }) => verdict === 'good')) return;
      verdicts.push(...checked);
      problems.push(failure(verifier, checked));
    } catch (error) {
      // Without a key, or with keys that cannot be read, a mechanism has found no good signature; another one may.
      ctx.signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      problems.push(error.message);
    }
  }
  const others = problems.length > 1 ? `(${problems.length - 1} other invalid signatures): ` : '';
  throw unverified(what, `${others}${problems[0] ?? 'No signatures found'}`, verdicts, place.remote, SIGN_HINT);
}

/** The keys of a mechanism for a remote. Those that its options name must be usable, whether there is a signature or not. */
async function keysOf(
  verifier: Verifier,
  mechanism: string,
  required: boolean,
  place: Place,
  ctx: Context,
): Promise<readonly KeySource[]> {
  const { options, name } = place.remote;
  const [file, key] = [options.get(`verification-${mechanism}-file`), options.get(`verification-${mechanism}-key`)];
  const keys = await trusted(verifier, place);
  const invalid = (problem: string, cause?: unknown) =>
    storeError('OSTREE_REMOTE_INVALID', `${problem}.`, {
      hint: `Set verification-${mechanism}-key or verification-${mechanism}-file of the remote to what has its key.`,
      data: { remote: name, mechanism },
      cause,
    });
  if (file === undefined && key === undefined) {
    if (required) throw invalid(`No keys found for required signapi type ${mechanism}`);
    return keys;
  }
  try {
    await verifier.verify(new Uint8Array(), [], keys, ctx);
  } catch (error) {
    ctx.signal.throwIfAborted();
    const from = file === undefined ? 'inline `verification-key`' : `'${file}'`;
    throw invalid(`Failed loading '${mechanism}' keys from ${from}`, error);
  }
  return keys;
}

/** Why a mechanism found no good signature; those that name no key tell all the keys that were tried. */
function failure(verifier: Verifier, checked: readonly Signature[]): string {
  const tried = checked.flatMap((signature) => signature.tried ?? []);
  const shown = tried.length > 0 ? [{ key: '', verdict: 'bad' as const, signer: null, tried }] : checked;
  return shown.flatMap((signature) => verifier.describe(signature)).join('\n') || 'no signatures found';
}

function trusted(verifier: Verifier, { remote, repository }: Place): Promise<readonly KeySource[]> {
  return verifier.trusted({ repository, remote: remote.name, options: Object.fromEntries(remote.options) });
}

function signaturesOf(metadata: Metadata | null, key: string): readonly Uint8Array[] | undefined {
  const found = metadata?.get(key);
  return found?.type === 'aay' ? (found.value as readonly Uint8Array[]) : undefined;
}

const GPG_HINT = 'Import the key of the remote; gpg-verify=false in its configuration switches the check off.';
const SIGN_HINT = 'Give the remote the right key; sign-verify=false in its configuration switches the check off.';

function unverified(
  what: string,
  problem: string,
  verdicts: readonly Signature[],
  { name }: Remote,
  hint: string,
): HostError {
  return storeError('OSTREE_PULL_SIGNATURE', `${what}: ${problem}`, {
    hint,
    data: { remote: name, verdicts: verdicts.map(({ key, verdict }) => ({ key, verdict })) },
  });
}

const notHere = (mechanism: string, { name }: Remote): HostError =>
  storeError(
    'OSTREE_PULL_SIGNATURE',
    `Requested signature type is not implemented: the remote "${name}" demands ${mechanism}, and nothing here verifies that.`,
    {
      hint: `Enable a plugin that verifies ${mechanism}, such as sign-${mechanism}, or change the options of the remote.`,
      data: { remote: name, mechanism },
    },
  );
