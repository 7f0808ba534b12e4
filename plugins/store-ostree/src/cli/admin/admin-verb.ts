import { resolve } from 'node:path';
import { debugFlagsOf } from '../../sysroot/debug-flags.ts';
import type { DeployOptions } from '../../sysroot/deploy-tree.ts';
import type { SysrootDeployment } from '../../sysroot/deployment.ts';
import { lockSysroot } from '../../sysroot/lock.ts';
import { makeWritable } from '../../sysroot/make-writable.ts';
import { SYSTEM } from '../../sysroot/run-state.ts';
import { isBooted, Sysroot } from '../../sysroot/sysroot.ts';
import { VerbError } from '../error.ts';
import type { Invocation, OptionSpec, Verb } from '../verb.ts';
import { ADMIN_OPTIONS } from './options.ts';

/** What a verb of `ostree admin` gets. */
export interface AdminInvocation extends Invocation {
  readonly sysroot: Sysroot;
}

export interface AdminVerb {
  readonly usage: string;
  readonly options?: readonly OptionSpec[];
  /** Whether it changes the system: then it has to be alone, and root where it is the running one. */
  readonly writes: boolean;
  run(call: AdminInvocation): void | Promise<void>;
  /** Hears of what ends a verb that writes, also when the sysroot cannot even be read. */
  failed?(sysroot: string, error: unknown): void;
}

/** A verb that works on a sysroot: `--sysroot`, else OSTREE_SYSROOT, else the running system. */
export function adminVerb({ usage, options = [], writes, run, failed }: AdminVerb): Verb {
  return {
    usage,
    options: [...ADMIN_OPTIONS, ...options],
    async run(call) {
      const path = sysrootPath(call);
      const state = { ...SYSTEM, bootId: call.terminal.environment['OSTREE_BOOTID'] };
      if (call.options.flag('print-current-dir')) return printCurrentDirectory(call);
      if (!writes) return run({ ...call, sysroot: Sysroot.load(path, state) });
      const { terminal } = call;
      if (isBooted(resolve(path), state)) makeWritable(resolve(path));
      try {
        using _lock = await lockSysroot(Sysroot.load(path).path, {
          onWait: () => terminal.out('Waiting for sysroot lock...\n'),
        });
        const sysroot = Sysroot.load(path, state);
        if (sysroot.booted !== null && process.geteuid?.() !== 0) {
          throw new VerbError('You must be root to perform this command');
        }
        await run({ ...call, sysroot });
      } catch (error) {
        failed?.(path, error);
        throw error;
      }
    },
  };
}

export function sysrootPath({ options, terminal }: Pick<Invocation, 'options' | 'terminal'>): string {
  return options.text('sysroot') ?? terminal.environment['OSTREE_SYSROOT'] ?? '/';
}

export function printCurrentDirectory(call: Pick<Invocation, 'options' | 'terminal'>): void {
  const sysroot = Sysroot.load(sysrootPath(call));
  const [first] = sysroot.deployments;
  if (first === undefined) throw new VerbError('Unable to find a deployment in sysroot');
  call.terminal.out(`${resolve(sysroot.directory(first))}\n`);
}

/** The deployment of a number on the command line. */
export function deploymentAt(sysroot: Sysroot, index: number): SysrootDeployment {
  if (index < 0) throw new VerbError(`Invalid index ${index}`);
  const found = sysroot.deployments[index];
  if (found !== undefined) return found;
  throw new VerbError(`Out of range deployment index ${index}, expected < ${sysroot.deployments.length}`);
}

/** A number of a deployment on the command line. */
export function parseIndex(word: string): number {
  if (!/^\d+$/.test(word)) throw new VerbError(`Invalid index: ${word}`);
  const index = Number(word);
  if (!Number.isSafeInteger(index)) throw new VerbError(`Index too large: ${word}`);
  return index;
}

/** The stateroot that `--os` names, else the booted one. */
export function staterootOf({ options, sysroot }: AdminInvocation): string {
  const stateroot = options.text('os') ?? options.text('stateroot') ?? sysroot.booted?.stateroot;
  if (stateroot !== undefined) return stateroot;
  throw new VerbError('Not currently booted into an OSTree system and no --os= argument given');
}

/** What OSTREE_SYSROOT_DEBUG asks for. */
export function debugFlags({ terminal }: Pick<Invocation, 'terminal'>): Set<string> {
  return debugFlagsOf(terminal.environment);
}

/** What OSTREE_SYSROOT_OPTS asks for. */
export function systemOptions({ terminal }: Pick<Invocation, 'terminal'>): Set<string> {
  return new Set((terminal.environment['OSTREE_SYSROOT_OPTS'] ?? '').split(/[,:; \t]+/));
}

/** What is said while a tree is deployed, in libostree's words. */
export function reporters({
  terminal,
}: Pick<Invocation, 'terminal'>): Required<Pick<DeployOptions, 'onNote' | 'onEtc' | 'onVar'>> {
  return {
    onNote: (note) => terminal.err(`note: ${note}\n`),
    onVar: (stamp) => terminal.out(`Relabeling /var (no stamp file '${stamp}' found)\n`),
    onEtc: ({ modified, removed, added }) =>
      terminal.out(
        `Copying /etc changes: ${modified.length} modified, ${removed.length} removed, ${added.length} added\n`,
      ),
  };
}
