import { resolve } from 'node:path';
import { type CommandInput, type Context, DEPLOYER, type Deployment } from '@ostrata/contract';
import { systemError } from './errors.ts';
import { Flags } from './flags.ts';

/** The system that a verb is about, as it was when the verb was started. */
export interface System {
  readonly sysroot: string;
  /** Its repository. */
  readonly repository: string;
  /** In boot order, the default first. */
  readonly deployments: readonly Deployment[];
  /** The one that runs; null where nothing runs from this sysroot. */
  readonly booted: Deployment | null;
}

/** One stateroot of a system, with a deployment that a new one can follow. */
export interface Stateroot extends System {
  readonly os: string;
  /** The deployment that would boot next: its origin and kernel arguments are taken over. */
  readonly followed: Deployment;
}

/** Who is going to change the system says so. */
export async function readSystem(
  input: CommandInput,
  ctx: Context,
  { writes = false }: { readonly writes?: boolean } = {},
): Promise<System> {
  const sysroot = resolve(new Flags(input).text('sysroot') ?? '/');
  const deployer = await ctx.get(DEPLOYER);
  if (writes) deployer.makeWritable?.(sysroot);
  const all = await deployer.list(sysroot);
  const deployments = all.filter(({ state }) => state !== 'prepared');
  return {
    sysroot,
    repository: resolve(sysroot, 'ostree/repo'),
    deployments,
    booted: deployments.find(({ booted }) => booted) ?? null,
  };
}

/** For verbs that change the system, unless they say otherwise. Throws SYSTEM_STATEROOT where it is not clear which stateroot is meant, or where it has no deployment. */
export async function readStateroot(
  input: CommandInput,
  ctx: Context,
  { writes = true }: { readonly writes?: boolean } = {},
): Promise<Stateroot> {
  const system = await readSystem(input, ctx, { writes });
  const flags = new Flags(input);
  const os = flags.text('stateroot') ?? flags.text('os') ?? system.booted?.target.os ?? onlyStateroot(system);
  const followed = system.deployments.find(({ target }) => target.os === os);
  if (followed !== undefined) return { ...system, os, followed };
  throw systemError('SYSTEM_STATEROOT', `The stateroot ${os} below ${system.sysroot} has no deployment.`, {
    hint: 'Deploy one first: `ostrata ostree admin deploy --os STATEROOT REF`.',
    data: { sysroot: system.sysroot, stateroot: os },
  });
}

function onlyStateroot({ deployments, sysroot }: System): string {
  const names = [...new Set(deployments.map(({ target }) => target.os))];
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const found = names.length === 0 ? 'has no deployment' : `has deployments of several stateroots: ${names.join(', ')}`;
  throw systemError('SYSTEM_STATEROOT', `The system below ${sysroot} ${found}.`, {
    hint: names.length === 0 ? 'Deploy one first: `ostrata ostree admin deploy`.' : 'Name one with --stateroot.',
    data: { sysroot, stateroots: names },
  });
}
