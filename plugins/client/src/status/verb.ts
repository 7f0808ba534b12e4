import type { CommandInput, CommandResult, Context, Json } from '@ostrata/contract';
import { EXIT_UNCHANGED, Flags, passedOver, readHealth, readSystem, type System } from '@ostrata/system-verbs';
import { type AdvisoryRecord, advisoriesBelow, newAdvisories } from '../db/advisories.ts';
import type { UpdateDriver } from '../driver/driver.ts';
import { excludes } from '../exclude.ts';
import { isoTime } from '../report/version-line.ts';
import { runningTransaction } from '../transaction/holder.ts';
import { withStore } from '../update/taps.ts';
import { failedBefore, type Health, healthJson } from './health.ts';
import { deploymentRecord } from './record.ts';
import { renderDeployments } from './text.ts';

export async function status(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  excludes(flags, ['json', 'jsonpath']);
  const system = await readSystem(input, ctx);
  const health: Health = {
    known: readHealth(ctx, system.sysroot).deployments,
    passedOver: (await passedOver(system, ctx))?.id ?? null,
  };
  const all = await withStore(system.repository, ctx, (store) =>
    Promise.all(
      system.deployments.map(async (deployment) => ({
        ...(await deploymentRecord(deployment, store, ctx)),
        health: healthJson(deployment, health),
      })),
    ),
  );
  const pending =
    flags.is('json') || flags.text('jsonpath') !== undefined ? NO_ADVISORIES : await pendingAdvisories(system, ctx);
  const onlyBooted = flags.is('booted');
  const driver = system.booted === null ? null : (await import('../driver/driver.ts')).readDriver();
  const transaction = runningTransaction(ctx);
  const data: { [key: string]: Json } = {
    deployments: onlyBooted ? all.filter(({ booted }) => booted) : all,
    // In the form of rpm-ostree's property ActiveTransaction: what, who, where.
    transaction:
      transaction === null ? null : [transaction.command, `process ${transaction.pid}`, ctx.environment.stateDir],
    'cached-update': null,
    'update-driver': driver === null ? null : { 'driver-name': driver.name, 'driver-sd-unit': driver.unit },
    'rolled-back-from': failedBefore(system, health),
  };
  const expression = flags.text('jsonpath');
  const isPending = all[0] !== undefined && system.booted !== null && !all[0].booted;
  const exit = flags.is('pending-exit-77') && isPending ? { exitCode: EXIT_UNCHANGED } : {};
  if (expression !== undefined) {
    const found = (await import('./jsonpath.ts')).queryJson(expression, data);
    return { data: found, text: `${JSON.stringify(found, null, 2)}\n`, ...exit };
  }
  const verbose = flags.is('verbose');
  const state = `State: ${transaction === null ? 'idle' : 'busy'}\n${await updates(driver, verbose, ctx)}`;
  const by =
    transaction === null
      ? ''
      : `Transaction: ${transaction.command}\n  Initiator: process ${transaction.pid}, since ${isoTime(transaction.since)}\n`;
  const failed = data['rolled-back-from'];
  const back = typeof failed === 'string' ? `RolledBackFrom: ${failed}\n` : '';
  return {
    data,
    text: `${state}${by}${back}${renderDeployments(all, { verbose, onlyBooted, pending, allAdvisories: verbose || flags.is('advisories') })}`,
    ...exit,
  };
}

const NO_ADVISORIES: ReadonlyMap<string, readonly AdvisoryRecord[]> = new Map();

/** What deployments that would boot instead of the running one bring, by their ids. */
async function pendingAdvisories(
  { booted, deployments, repository }: System,
  ctx: Context,
): Promise<ReadonlyMap<string, readonly AdvisoryRecord[]>> {
  if (booted === null || deployments[0] === booted) return NO_ADVISORIES;
  return withStore(repository, ctx, async (store) => {
    const own = await advisoriesBelow(store, booted.target.commit);
    const later = deployments
      .slice(0, deployments.indexOf(booted))
      .filter(({ target }) => target.os === booted.target.os);
    return new Map(
      await Promise.all(
        later.map(
          async ({ id, target }) => [id, newAdvisories(own, await advisoriesBelow(store, target.commit))] as const,
        ),
      ),
    );
  });
}

/** Who updates the system, besides people. */
async function updates(driver: UpdateDriver | null, verbose: boolean, ctx: Context): Promise<string> {
  if (driver === null) return verbose ? 'AutomaticUpdates: disabled\n' : '';
  const state = await (await import('../driver/driver.ts')).driverState(driver, ctx);
  const unit = verbose ? ` (${driver.unit})` : '';
  return `AutomaticUpdatesDriver: ${driver.name}${unit}\n${state === null ? '' : `  DriverState: ${state}\n`}`;
}
