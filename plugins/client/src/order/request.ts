import type { Context, Deployment, Request } from '@ostrata/contract';
import { type Stateroot, systemRequest } from '@ostrata/system-verbs';

/** A request for another order of deployments, or for fewer of them. */
export function orderRequest(
  command: string,
  system: Stateroot,
  deployments: readonly Deployment[],
  ctx: Context,
): Request {
  const request = systemRequest(command, system, system.os, ctx);
  return { ...request, from: 'deploy', deploy: { ...request.deploy, order: deployments.map(({ id }) => id) } };
}
