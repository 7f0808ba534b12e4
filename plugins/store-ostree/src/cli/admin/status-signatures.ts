import { type Context, VERIFIER, type Verifier } from '@ostrata/contract';
import { listRemotes, type Remote, remoteFlag } from '../../remote/index.ts';
import { parseRefSpec } from '../../repo/refs.ts';
import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import { VerbError } from '../error.ts';
import { detachedMetadata } from '../signing/commit.ts';
import { failureOf, GPG, signaturesUnder } from '../signing/mechanism.ts';
import type { AdminInvocation } from './admin-verb.ts';

/** Mechanisms in the order in which their results are shown. */
const MECHANISMS = [GPG, 'ed25519', 'spki'];

/** What there is to say of the OpenPGP signatures of a commit whose remote asks for some; '' of others. */
export async function signatureLines(
  deployment: SysrootDeployment,
  { sysroot, terminal }: AdminInvocation,
): Promise<string> {
  const { repository } = sysroot;
  const remote = remoteOf(deployment, sysroot.repository);
  if (!remote || !remoteFlag(remote, 'gpg-verify', true)) return '';
  const metadata = detachedMetadata(repository, deployment.commit);
  if (metadata === undefined) return '';
  return terminal.withContext(async (ctx) => {
    if (!ctx.keys(VERIFIER).includes(GPG)) return '';
    const lines = await linesOf(await ctx.get(VERIFIER, GPG), deployment, remote, ctx, sysroot.repository);
    return (lines ?? []).map((line) => `    GPG: ${line}\n`).join('');
  });
}

/** The result of verifying a commit as a pull from its remote would. Throws a VerbError where it cannot be, or has no good signature. */
export async function verification(
  deployment: SysrootDeployment,
  { sysroot, terminal }: AdminInvocation,
): Promise<string> {
  const { repository } = sysroot;
  if (repository.find(deployment.commit, 'commit') === undefined)
    throw new VerbError('Cannot verify, failed to load commit');
  if (deployment.origin === null) throw new VerbError('Cannot verify deployment with no origin');
  if (deployment.origin.get('origin', 'refspec') === undefined) throw new VerbError('No origin/refspec, cannot verify');
  const remote = remoteOf(deployment, repository);
  if (!remote) throw new VerbError('Cannot verify deployment without remote');
  return terminal.withContext(async (ctx) => {
    const there = ctx.keys(VERIFIER);
    for (const mechanism of MECHANISMS.filter((name) => there.includes(name))) {
      const lines = await linesOf(await ctx.get(VERIFIER, mechanism), deployment, remote, ctx, repository, true);
      if (lines !== undefined) return lines.map((line) => (mechanism === GPG ? `GPG: ${line}` : line)).join('\n');
    }
    throw new VerbError(`Can't verify the commit ${deployment.commit}: it has no signatures`);
  });
}

function remoteOf(
  { origin }: SysrootDeployment,
  repository: AdminInvocation['sysroot']['repository'],
): Remote | undefined {
  const name = parseRefSpec(origin?.get('origin', 'refspec') ?? '')?.remote;
  // A deployment may outlive its remote.
  return listRemotes(repository).find((remote) => remote.name === name);
}

async function linesOf(
  verifier: Verifier,
  { commit }: SysrootDeployment,
  remote: Remote,
  ctx: Context,
  repository: AdminInvocation['sysroot']['repository'],
  mustBeGood = false,
): Promise<readonly string[] | undefined> {
  const signatures = signaturesUnder(detachedMetadata(repository, commit), verifier.metadataKey);
  if (signatures === undefined) return undefined;
  const options = Object.fromEntries(remote.options);
  const keys = await verifier.trusted({ repository: repository.path, remote: remote.name, options });
  const found = await verifier.verify(repository.readMetadata(commit, 'commit'), signatures, keys, ctx);
  if (mustBeGood && !found.some(({ verdict }) => verdict === 'good')) throw new VerbError(failureOf(verifier, found));
  return found.flatMap((signature) => verifier.describe(signature));
}
