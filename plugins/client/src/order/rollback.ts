import type { CommandInput, CommandResult, Context, Deployment, Outcome, Request } from '@ostrata/contract';
import { deployedResult, Flags, readStateroot, type Stateroot } from '@ostrata/system-verbs';
import { clientError } from '../errors.ts';
import { orderRequest } from './request.ts';

export async function rollbackRequest(input: CommandInput, ctx: Context): Promise<Request> {
  const system = await readStateroot(input, ctx);
  const target = rollbackTarget(system);
  // What waits for shutdown would become the default again: it goes.
  const others = system.deployments.filter((one) => one !== target && one.state !== 'staged');
  return orderRequest('rollback', system, [target, ...others], ctx);
}

export async function rollbackResult(outcome: Outcome, input: CommandInput): Promise<CommandResult> {
  const { deployment } = outcome;
  const name = deployment === null ? '' : `${deployment.target.commit}.${deployment.serial}`;
  return deployedResult(outcome, `Moved '${name}' to be the first deployment.\n`, new Flags(input));
}

/** The running one where another would boot next, else the one behind the default. */
function rollbackTarget({ deployments, booted, followed, os }: Stateroot): Deployment {
  if (booted !== null && booted.target.os === os && booted !== followed) return booted;
  const own = deployments.filter(({ target }) => target.os === os);
  const previous = own[own.indexOf(followed) + 1];
  if (previous !== undefined) return previous;
  throw clientError('CLIENT_ROLLBACK', `The stateroot ${os} has no deployment to go back to.`, {
    hint: '`ostrata deploy version=V` brings an older version of the branch.',
    data: { stateroot: os, deployments: own.map(({ id }) => id) },
  });
}
