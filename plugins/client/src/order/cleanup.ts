import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandInput, CommandResult, Context, Deployment, Outcome, Request } from '@ostrata/contract';
import { Flags, readStateroot, type Stateroot } from '@ostrata/system-verbs';
import { clientError } from '../errors.ts';
import { orderRequest } from './request.ts';

/** Directories of the cache that are made of what repositories of packages serve. */
const METADATA = ['rpmmd'];

export async function cleanupRequest(input: CommandInput, ctx: Context): Promise<Request | CommandResult> {
  const flags = new Flags(input);
  const [base, pending, rollback, repomd] = ['base', 'pending', 'rollback', 'repomd'].map((name) => flags.is(name));
  if (!base && !pending && !rollback && !repomd) {
    throw clientError('CLIENT_USAGE', 'It is not said what is to be cleaned up.', {
      hint: 'Give one or more of --base, --pending, --rollback and --repomd.',
    });
  }
  if (repomd) removeMetadata(ctx);
  if (!base && !pending && !rollback) return { data: { status: 'done' }, text: 'Metadata of repositories removed.\n' };
  const system = await readStateroot(input, ctx);
  return orderRequest(
    'cleanup',
    system,
    remaining(system, { pending: pending === true, rollback: rollback === true }),
    ctx,
  );
}

export async function cleanupResult(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult> {
  const { status } = outcome;
  const left = (await readStateroot(input, ctx, { writes: false })).deployments.map(({ id }) => id);
  const text = status === 'unchanged' ? 'Deployments unchanged.\n' : `Deployments left: ${left.length}\n`;
  return { data: { status, deployments: left }, text };
}

/** Metadata is a cache: nothing depends on it. */
function removeMetadata({ environment }: Context): void {
  for (const name of METADATA) rmSync(join(environment.cacheDir, name), { recursive: true, force: true });
}

/** Without the ones before or after the running one; what is pinned or of another stateroot stays. */
function remaining(
  { deployments, booted, followed, os }: Stateroot,
  { pending, rollback }: { readonly pending: boolean; readonly rollback: boolean },
): Deployment[] {
  const middle = deployments.indexOf(booted ?? followed);
  return deployments.filter((one, index) => {
    if (index === middle || one.pinned || one.target.os !== os) return true;
    return index < middle ? !pending : !rollback;
  });
}
