import { type Context, DEFAULT_IMAGE, type DeployRequest, EMPTY_INTENT, type Request } from '@ostrata/contract';
import type { Flags } from './flags.ts';
import type { Stateroot, System } from './system.ts';

/** A request that takes the system's repository from one end of the corridor to the other; changed by verbs as they need. */
export function systemRequest(
  command: string,
  { sysroot, repository, booted }: System,
  os: string,
  ctx: Context,
): Request & { readonly deploy: DeployRequest } {
  return {
    command,
    from: 'fetch',
    until: 'finalize',
    store: { work: repository, target: null },
    base: null,
    sources: [],
    intent: { ...EMPTY_INTENT, arch: ctx.environment.arch },
    image: { ...DEFAULT_IMAGE, ref: null },
    commit: { parent: null, timestamp: null, force: false },
    cacheOnly: false,
    // Only the running system can be finished at its shutdown.
    deploy: { sysroot, os, stage: booted !== null, extras: {} },
    extras: {},
  };
}

/**
 * A request to deploy the tree that would boot next once more, with other kernel arguments, initial ram disks or another origin: it
 * starts at deploy, and no layer is redone.
 */
export function redeployRequest(
  command: string,
  system: Stateroot,
  changes: Partial<DeployRequest>,
  flags: Flags,
  ctx: Context,
): Request {
  const request = systemRequest(command, system, system.os, ctx);
  return {
    ...request,
    from: 'deploy',
    base: { rev: system.followed.target.commit, pullFrom: null },
    deploy: { ...request.deploy, ...(flags.is('lock-finalization') ? { lock: true } : {}), ...changes },
  };
}
