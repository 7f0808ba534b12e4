import type { CommandInput, CommandResult, Context, Json } from '@ostrata/contract';
import { EXIT_UNCHANGED, Flags, readSystem } from '@ostrata/system-verbs';
import { excludes } from '../exclude.ts';
import { withStore } from '../update/taps.ts';
import { activeTransaction } from './activity.ts';
import { deploymentRecord } from './record.ts';
import { renderDeployments } from './text.ts';

export async function status(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const flags = new Flags(input);
  excludes(flags, ['json', 'jsonpath']);
  const system = await readSystem(input, ctx);
  const all = await withStore(system.repository, ctx, (store) =>
    Promise.all(system.deployments.map((deployment) => deploymentRecord(deployment, store, ctx))),
  );
  const onlyBooted = flags.is('booted');
  const transaction = activeTransaction(ctx);
  const data: { [key: string]: Json } = {
    deployments: onlyBooted ? all.filter(({ booted }) => booted) : all,
    transaction,
    'cached-update': null,
    'update-driver': null,
  };
  const expression = flags.text('jsonpath');
  const isPending = all[0] !== undefined && system.booted !== null && !all[0].booted;
  const exit = flags.is('pending-exit-77') && isPending ? { exitCode: EXIT_UNCHANGED } : {};
  if (expression !== undefined) {
    const found = (await import('./jsonpath.ts')).queryJson(expression, data);
    return { data: found, text: `${JSON.stringify(found, null, 2)}\n`, ...exit };
  }
  const verbose = flags.is('verbose');
  const state = `State: ${transaction === null ? 'idle' : 'busy'}\n${verbose ? 'AutomaticUpdates: disabled\n' : ''}`;
  const by = transaction === null ? '' : `Transaction: ${transaction[0]}\n  Initiator: ${transaction[1]}\n`;
  return { data, text: `${state}${by}${renderDeployments(all, { verbose, onlyBooted })}`, ...exit };
}
