import type { Context } from '@ostrata/contract';
import { storeError } from '../errors.ts';
import { type SignaturePolicy, verifySignatures } from './signatures.ts';
import type { PullSource, SignedSummary } from './source.ts';

/**
 * The summary of a source, held to what its remote demands; null when there is none and none is demanded. One that was kept of an
 * earlier pull and does not hold is fetched anew, or with `refuseBadCache` an error. @throws OSTREE_SUMMARY_MISSING, OSTREE_PULL_SIGNATURE
 */
export async function verifiedSummary(
  source: PullSource,
  policy: SignaturePolicy | undefined,
  ctx: Context,
  { refuseBadCache = false }: { readonly refuseBadCache?: boolean } = {},
): Promise<SignedSummary | null> {
  let signed = await source.summary();
  if (policy && policy.summaries.length > 0) {
    try {
      await verify(signed, policy, source, ctx);
    } catch (error) {
      if (!signed?.cached) throw error;
      if (refuseBadCache) throw badCache(policy, error);
      signed = await source.summary({ fresh: true });
      await verify(signed, policy, source, ctx);
    }
  }
  source.keepSummary();
  return signed;
}

async function verify(
  signed: SignedSummary | null,
  policy: SignaturePolicy,
  source: PullSource,
  ctx: Context,
): Promise<void> {
  if (!signed) throw missing('summary', policy, source);
  if (!signed.signature) throw missing('summary.sig', policy, source);
  const { bytes, signature } = signed;
  await verifySignatures(policy.summaries, policy, 'Summary', bytes, signature.metadata, ctx);
}

function missing(file: string, { summaries, remote }: SignaturePolicy, source: PullSource) {
  const gpg = summaries.some((mechanisms) => mechanisms?.includes('gpg'));
  const [who, key] = gpg ? ['GPG', 'gpg-verify-summary'] : ['Signatures', 'sign-verify-summary'];
  return storeError(
    'OSTREE_SUMMARY_MISSING',
    `${who} verification enabled, but no ${file} found (use ${key}=false in remote config to disable)`,
    {
      hint: `Have the summary made and signed at ${source.name}, or change ${key} of the remote.`,
      data: { remote: remote.name, from: source.name },
    },
  );
}

const badCache = ({ remote }: SignaturePolicy, cause: unknown) =>
  storeError(
    'OSTREE_PULL_SIGNATURE',
    `Remote ${remote.name} cached summary invalid and OSTREE_REPO_TEST_ERROR_INVALID_CACHE specified`,
    { hint: 'Unset OSTREE_REPO_TEST_ERROR to have it fetched anew.', data: { remote: remote.name }, cause },
  );
