import { type Context, type Signature, VERIFIER, type Verifier } from '@ostrata/contract';
import type { Metadata } from '../codec/commit.ts';
import { storeError } from '../errors.ts';
import { listValue } from '../remote/config-text.ts';
import { type Remote, remoteFlag } from '../remote/remotes.ts';

/** What a remote demands of signatures. */
export interface SignaturePolicy {
  readonly remote: Remote;
  /** Directory of the repository that is pulled into. */
  readonly repository: string;
  /** Mechanisms each of which must find a valid signature: sets of which one suffices. */
  readonly commits: readonly (readonly string[])[];
  readonly summaries: readonly (readonly string[])[];
}

const GPG = 'gpg';
/** The mechanisms of libostree's ostree_sign_get_all, as far as they are for use. */
const SIGN_MECHANISMS = ['ed25519', 'spki'];

/**
 * Reads the options `gpg-verify` (on unless it is switched off), `gpg-verify-summary`, `sign-verify` and `sign-verify-summary` (off; true
 * for any mechanism, or a list of some). @throws OSTREE_REMOTE_INVALID
 */
export function signaturePolicy(remote: Remote, repository: string): SignaturePolicy {
  const demands = (gpg: boolean, key: string): string[][] => {
    const mechanisms = signMechanisms(remote, key);
    return [...(gpg ? [[GPG]] : []), ...(mechanisms.length > 0 ? [mechanisms] : [])];
  };
  return {
    remote,
    repository,
    commits: demands(remoteFlag(remote, 'gpg-verify', true), 'sign-verify'),
    summaries: demands(remoteFlag(remote, 'gpg-verify-summary', false), 'sign-verify-summary'),
  };
}

function signMechanisms(remote: Remote, key: string): string[] {
  const value = remote.options.get(key)?.trim();
  if (value === undefined || value === 'false' || value === '0' || value === '') return [];
  return value === 'true' || value === '1' ? SIGN_MECHANISMS : listValue(value);
}

/**
 * Holds bytes to what a remote demands: every set of mechanisms must have one that finds a valid signature. `what` names the bytes in
 * messages. @throws OSTREE_PULL_SIGNATURE
 */
export async function verifySignatures(
  demands: readonly (readonly string[])[],
  policy: Pick<SignaturePolicy, 'remote' | 'repository'>,
  what: string,
  bytes: Uint8Array,
  signatures: Metadata | null,
  ctx: Context,
): Promise<void> {
  for (const mechanisms of demands) {
    const verdicts: Signature[] = [];
    const lines: string[] = [];
    for (const verifier of await verifiersOf(mechanisms, policy.remote, ctx)) {
      const found = signaturesOf(signatures, verifier.metadataKey);
      if (found.length === 0) continue;
      const { remote, repository } = policy;
      const options = Object.fromEntries(remote.options);
      const keys = await verifier.trusted({ repository, remote: remote.name, options });
      const checked = await verifier.verify(bytes, found, keys, ctx);
      verdicts.push(...checked);
      lines.push(...checked.flatMap((signature) => verifier.describe(signature)));
    }
    if (!verdicts.some(({ verdict }) => verdict === 'good'))
      throw unverified(what, mechanisms, verdicts, lines, policy);
  }
}

/** The verifiers that are there. @throws OSTREE_PULL_SIGNATURE when a mechanism was named that is not, or none is left */
async function verifiersOf(mechanisms: readonly string[], remote: Remote, ctx: Context): Promise<readonly Verifier[]> {
  const there = ctx.keys(VERIFIER);
  const known = mechanisms.filter((mechanism) => there.includes(mechanism));
  if (known.length > 0) return Promise.all(known.map((key) => ctx.get(VERIFIER, key)));
  throw storeError(
    'OSTREE_PULL_SIGNATURE',
    `The remote "${remote.name}" demands signatures and nothing here can verify them (${mechanisms.join(', ')}).`,
    {
      hint: `Enable a plugin that verifies ${mechanisms.join(' or ')}, such as sign-${mechanisms[0]}, or change the options of the remote.`,
      data: { remote: remote.name, mechanisms: [...mechanisms] },
    },
  );
}

function signaturesOf(metadata: Metadata | null, key: string): readonly Uint8Array[] {
  const found = metadata?.get(key);
  return found?.type === 'aay' ? (found.value as readonly Uint8Array[]) : [];
}

function unverified(
  what: string,
  mechanisms: readonly string[],
  verdicts: readonly Signature[],
  lines: readonly string[],
  { remote }: Pick<SignaturePolicy, 'remote'>,
) {
  const gpg = mechanisms.includes(GPG);
  const name = gpg ? 'GPG' : 'Signature';
  const problem =
    verdicts.length === 0
      ? `${name} verification enabled, but no signatures found`
      : verdicts.every(({ verdict }) => verdict === 'unknown-key')
        ? `${gpg ? 'GPG signatures' : 'Signatures'} found, but none are in trusted keyring`
        : `no valid signature among ${verdicts.length}: ${lines.join(' ')}`;
  return storeError('OSTREE_PULL_SIGNATURE', `${what}: ${problem}.`, {
    hint: gpg
      ? 'Import the key of the remote; gpg-verify=false in its configuration switches the check off.'
      : 'Give the remote the right key; sign-verify=false in its configuration switches the check off.',
    data: { remote: remote.name, verdicts: verdicts.map(({ key, verdict }) => ({ key, verdict })) },
  });
}
