import { type Context, type KeySource, type Signature, VERIFIER, type Verifier } from '@ostrata/contract';
import type { Checksum } from '../../codec/checksum.ts';
import type { Metadata } from '../../codec/commit.ts';
import { findRemote, type RemoteSummary, remoteFlag } from '../../remote/index.ts';
import type { Repository } from '../../repo/repository.ts';
import type { Invocation } from '../verb.ts';
import { detachedMetadata } from './commit.ts';
import { GPG, signaturesUnder } from './mechanism.ts';

/** Where OpenPGP signatures are (ostree-core-private.h): a commit without needs no plugin. */
const GPG_KEY = 'ostree.gpgsigs';

/** Prints what there is to say of the OpenPGP signatures of a commit; nothing of a commit without. */
export async function showSignatures(repo: Repository, commit: Checksum, call: Invocation): Promise<void> {
  const metadata = detachedMetadata(repo, commit);
  if (signaturesUnder(metadata, GPG_KEY) === undefined) return;
  const { options, terminal } = call;
  const name = options.text('gpg-verify-remote');
  const home = options.text('gpg-homedir');
  await terminal.withContext(async (ctx) => {
    if (!ctx.keys(VERIFIER).includes(GPG)) return;
    const verifier = await ctx.get(VERIFIER, GPG);
    const trusted = await gpgSources(repo, verifier, name);
    const sources = home === undefined || name !== undefined ? trusted : [...trusted, { trust: home }];
    const { found, text } = await describeSignatures(
      verifier,
      repo.readMetadata(commit, 'commit'),
      metadata!,
      sources,
      ctx,
    );
    terminal.out(`Found ${found} signature${found === 1 ? '' : 's'}:\n${text}`);
  });
}

/** The keys that count for a remote, or without a name those of all remotes. */
export function gpgSources(
  repo: Repository,
  verifier: Verifier,
  name: string | undefined,
  place: { readonly system?: null } = {},
): Promise<readonly KeySource[]> {
  if (name === undefined) return verifier.trusted({ repository: repo.path, remote: null, options: {} });
  const options = Object.fromEntries(findRemote(repo, name).options);
  return verifier.trusted({ ...place, repository: repo.path, remote: name, options });
}

/** How many signatures a mechanism finds in detached metadata, and what is shown of each. */
export async function describeSignatures(
  verifier: Verifier,
  bytes: Uint8Array,
  metadata: Metadata,
  sources: readonly KeySource[],
  ctx: Context,
): Promise<{ readonly found: number; readonly text: string }> {
  const signatures = signaturesUnder(metadata, verifier.metadataKey) ?? [];
  const found = await verifier.verify(bytes, signatures, sources, ctx);
  return { found: found.length, text: found.map((signature) => indented(verifier, signature)).join('') };
}

/** What is said of the OpenPGP signatures of a remote's summary, where they are demanded. */
export async function summarySignatures(
  repo: Repository,
  name: string,
  { bytes, signature }: RemoteSummary,
  ctx: Context,
): Promise<string> {
  if (!signature || !remoteFlag(findRemote(repo, name), 'gpg-verify-summary', false)) return '';
  const verifier = await ctx.get(VERIFIER, GPG);
  const sources = await gpgSources(repo, verifier, name);
  const { found, text } = await describeSignatures(verifier, bytes, signature.metadata, sources, ctx);
  return `\nGPG: Verification enabled, found ${found} signature${found === 1 ? '' : 's'}:\n${text}`;
}

/** What is said of the OpenPGP signatures of the repository's own summary, by the keys of all remotes and of a home directory. */
export async function localSummarySignatures(
  repo: Repository,
  bytes: Uint8Array,
  signatures: Metadata,
  home: string,
  ctx: Context,
): Promise<string> {
  if (signaturesUnder(signatures, GPG_KEY) === undefined) return '';
  const verifier = await ctx.get(VERIFIER, GPG);
  const sources = [...(await gpgSources(repo, verifier, undefined)), { trust: home }];
  const { found, text } = await describeSignatures(verifier, bytes, signatures, sources, ctx);
  return `\nFound ${found} signature${found === 1 ? '' : 's'} on the summary:\n${text}`;
}

const indented = (verifier: Verifier, signature: Signature): string =>
  `\n${verifier
    .describe(signature)
    .map((line) => `  ${line}\n`)
    .join('')}`;
