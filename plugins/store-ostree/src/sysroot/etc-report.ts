import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Json, Outcome } from '@ostrata/contract';
import { etcConflicts } from './deploy-tree.ts';
import { isSame, type SysrootDeployment } from './deployment.ts';
import { type EtcConflict, type EtcStrategy, namePaths } from './etc-conflicts.ts';
import { Sysroot } from './sysroot.ts';

/** What becomes of conflicts, for messages. */
const RESULT: Readonly<Record<EtcStrategy, string>> = {
  'keep-mine': 'what is here stays',
  'take-theirs': 'the new defaults replace what is here',
  fail: 'the new image is not finished',
};

/** Tells where /etc changed here and in the image of a new deployment: as a warning, and in `extras` of the outcome. */
export function addEtcReport(outcome: Outcome, strategy: EtcStrategy, ctx: Context): Outcome | undefined {
  try {
    return withReport(outcome, strategy, ctx);
  } catch (error) {
    // The deployment is there: what cannot be said of it must not look like its failure.
    ctx.progress.warning('SYSROOT_ETC', `What changed in /etc cannot be told: ${(error as Error).message}`);
    return undefined;
  }
}

function withReport(outcome: Outcome, strategy: EtcStrategy, ctx: Context): Outcome | undefined {
  const { deployment } = outcome;
  // Without a commit deployments were only put in order: nothing was merged.
  if (deployment === null || outcome.commit === null || deployment.state === 'prepared') return undefined;
  const { sysroot: path, os: stateroot, commit } = deployment.target;
  if (!existsSync(join(path, 'ostree/deploy'))) return undefined;
  const sysroot = Sysroot.load(path);
  const next = { stateroot, commit, serial: deployment.serial };
  const merge = followedBy(sysroot, next);
  if (merge === null || merge.commit === commit) return undefined;
  const conflicts = etcConflicts(sysroot, merge, next);
  if (conflicts.length === 0) return undefined;
  ctx.progress.warning(
    'SYSROOT_ETC_CONFLICT',
    `${namePaths(conflicts)} changed here and in the new image: ${RESULT[strategy]}.`,
    'Compare them by `ostrata config-diff`.',
  );
  const report = { strategy, conflicts: conflicts.map(conflictData) };
  return { ...outcome, extras: { ...outcome.extras, 'store-ostree': { etc: report } } };
}

/** The deployment whose /etc another one takes over, or took over. */
export function followedBy(
  sysroot: Sysroot,
  next: Pick<SysrootDeployment, 'stateroot' | 'commit' | 'serial'>,
): SysrootDeployment | null {
  const { booted, finalized } = sysroot;
  const isNext = (one: SysrootDeployment) => isSame(one, { ...one, ...next });
  if (booted?.stateroot === next.stateroot && !isNext(booted)) return booted;
  const after = finalized.slice(finalized.findIndex(isNext) + 1);
  return after.find(({ stateroot }) => stateroot === next.stateroot) ?? null;
}

export const conflictData = ({ path, here, default: change }: EtcConflict): Json => ({
  path: `/etc/${path}`,
  here,
  default: change,
});
