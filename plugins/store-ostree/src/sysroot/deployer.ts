import { join } from 'node:path';
import type { Bootloader, BootTarget, Context, Deployer, Deployment } from '@ostrata/contract';
import { BootEntry } from '../codec/boot/boot-entry.ts';
import { KernelArgs } from '../codec/boot/kernel-args.ts';
import { storeError } from '../errors.ts';
import { KeyFile } from '../repo/key-file.ts';
import type { FileLock } from '../repo/lock.ts';
import type { LockHolder } from '../repo/lock-holder.ts';
import { completeActivation, takeOverForeign } from './activation.ts';
import { activateMenu, type MenuWriter, showsMenu } from './boot-menu.ts';
import { cleanUp } from './cleanup.ts';
import { checkNotReadOnly } from './damage.ts';
import { debugFlagsOf } from './debug-flags.ts';
import { completeTree, prepareTree } from './deploy-tree.ts';
import { directoryName, isPinned, isSame, originPathOf, type SysrootDeployment } from './deployment.ts';
import { discard, discardStaged } from './discard.ts';
import type { EtcStrategy } from './etc-conflicts.ts';
import { findKernel } from './kernel-layout.ts';
import { lockSysroot } from './lock.ts';
import { makeWritable } from './make-writable.ts';
import { orderWith } from './order.ts';
import { dropDeploymentState, readOrigin, writeOriginFile } from './origin.ts';
import { retainOf } from './retain.ts';
import { type RunState, SYSTEM } from './run-state.ts';
import { sysrootSettings } from './settings.ts';
import { checkStaged, isStagedLocked, lockStaged, readStagedState, writeStaged } from './staged.ts';
import { Sysroot } from './sysroot.ts';
import { type PreparedSwap, prepareSwap } from './write-deployments.ts';

/** Seconds for which a run waits for another program that changes the system. */
const PATIENCE = 300;

/** What configuration says of deployments. */
export interface DeployerSettings {
  /** How many older ones stay beside those that always do. */
  readonly keepDeployments: number;
  readonly etcConflicts: EtcStrategy;
}

/** Deployments below a sysroot, as libostree keeps them; one a run, so that it holds the lock until the run ends. */
export class OstreeDeployer implements Deployer {
  readonly #state: RunState;
  readonly #locks = new Map<string, FileLock>();
  readonly #arranged = new Map<string, PreparedSwap>();

  readonly #settings: DeployerSettings;

  constructor(settings: Partial<DeployerSettings> = {}, state: RunState = SYSTEM) {
    this.#settings = { keepDeployments: 0, etcConflicts: 'keep-mine', ...settings };
    this.#state = state;
  }

  async list(path: string): Promise<readonly Deployment[]> {
    const sysroot = Sysroot.load(path, this.#state);
    const listed = sysroot.deployments.map((deployment) => recordOf(sysroot, deployment));
    return [...listed, ...leftOver(sysroot).map((deployment) => recordOf(sysroot, deployment, 'prepared'))];
  }

  makeWritable(path: string): void {
    const sysroot = Sysroot.load(path, this.#state);
    if (sysroot.booted !== null) makeWritable(sysroot.path);
    else checkNotReadOnly(sysroot.path);
  }

  async prepare(target: BootTarget, bootloader: string, ctx: Context): Promise<Deployment> {
    const sysroot = await this.#lock(target.sysroot, ctx);
    cleanUp(sysroot, { prune: false });
    const deployment = prepareTree(sysroot, {
      stateroot: target.os,
      commit: target.commit,
      origin: followingOrigin(target.origin),
      merge: sysroot.mergeDeployment(target.os),
      kargs: new KernelArgs(target.kargs),
      overlayInitrds: target.initrds,
      etcStrategy: this.#settings.etcConflicts,
    });
    writeOriginFile(join(sysroot.path, originPathOf(deployment)), deployment.origin);
    const { origin } = recordOf(sysroot, deployment).target;
    return { ...recordOf(sysroot, deployment, 'prepared'), target: { ...target, origin }, bootloader };
  }

  async discard(deployment: Deployment, ctx: Context): Promise<void> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    if (sysroot.staged !== null && idOf(sysroot.staged) === deployment.id) discardStaged(sysroot);
    else discard(sysroot, nameOf(deployment));
  }

  async stage(deployment: Deployment, ctx: Context): Promise<Deployment> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    if (sysroot.booted === null) {
      throw storeError(
        'SYSROOT_BOOTED',
        `Nothing can wait for shutdown below ${sysroot.path}: it is not the running system.`,
        {
          hint: 'Deploy without staging.',
          data: { path: sysroot.path },
        },
      );
    }
    discardStaged(sysroot);
    (await import('./soft-reboot.ts')).clearSoftReboot(sysroot.state);
    const locked = deployment.target.lock ?? false;
    if (locked) lockStaged(sysroot.state, true);
    writeStaged(sysroot.state, {
      deployment: { ...fromRecord(sysroot, deployment), staged: true },
      merge: sysroot.mergeDeployment(deployment.target.os),
      locked,
      bootloader: deployment.bootloader,
      retain: retainOf(deployment.target.extras['store-ostree']),
    });
    return { ...deployment, state: 'staged' };
  }

  async mergeEtc(deployment: Deployment, ctx: Context): Promise<void> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    if (deployment.state === 'staged') checkStaged(sysroot.directory(nameOf(deployment)), deployment, {});
    completeTree(sysroot, fromRecord(sysroot, deployment), {
      merge: mergeFor(sysroot, deployment),
      onNote: (note) => ctx.progress.warning('SYSROOT_ETC', note),
      etcStrategy: this.#settings.etcConflicts,
      mutable: debugFlagsOf(ctx.environment.commandEnv).has('mutable-deployments'),
    });
  }

  async arrange(deployment: Deployment, bootloader: Bootloader, ctx: Context): Promise<void> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    // Another program may have written the present menu, and the change may be one of links alone.
    await takeOverForeign(sysroot, writerOf(bootloader, ctx));
    const next = { ...fromRecord(sysroot, deployment), staged: false };
    // A staged one becomes one like the others.
    const without = sysroot.deployments.filter((one) => !isSame(one, next));
    const list = orderWith({ deployments: without, booted: sysroot.booted }, next, mergeFor(sysroot, deployment), {
      ...retainOf(deployment.target.extras['store-ostree']),
      keep: this.#settings.keepDeployments,
    });
    this.#arranged.set(
      deployment.id,
      await prepareSwap(sysroot, list, {
        writer: async () => writerOf(bootloader, ctx),
        style: sysrootSettings(sysroot).style,
      }),
    );
  }

  async swap(deployment: Deployment, bootloader: Bootloader, ctx: Context): Promise<Deployment> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    const [first] = sysroot.finalized;
    if (!this.#arranged.has(deployment.id) && first !== undefined && idOf(first) === deployment.id) {
      // Only the boot loader's part may be missing.
      await completeActivation(sysroot, async () => writerOf(bootloader, ctx));
      return { ...deployment, state: 'active' };
    }
    if (!this.#arranged.has(deployment.id)) await this.arrange(deployment, bootloader, ctx);
    await this.#arranged.get(deployment.id)!.commit();
    this.#arranged.delete(deployment.id);
    return { ...deployment, state: 'active' };
  }

  async reorder(path: string, order: readonly string[], bootloader: Bootloader, ctx: Context): Promise<void> {
    const sysroot = await this.#lock(path, ctx);
    await takeOverForeign(sysroot, writerOf(bootloader, ctx));
    const list = order.map((id) => existing(sysroot, id));
    const { style } = sysrootSettings(sysroot);
    await (await prepareSwap(sysroot, list, { writer: async () => writerOf(bootloader, ctx), style })).commit();
  }

  async pin(deployment: Deployment, pinned: boolean, ctx: Context): Promise<void> {
    const sysroot = await this.#lock(deployment.target.sysroot, ctx);
    const found = existing(sysroot, deployment.id);
    if (found.staged) {
      throw storeError('SYSROOT_STAGED', `The deployment ${deployment.id} is staged: it cannot be pinned yet.`, {
        hint: 'Pin it once it has been booted.',
        data: { deployment: deployment.id },
      });
    }
    const origin = found.origin ?? new KeyFile();
    if (pinned) origin.set('libostree-transient', 'pinned', 'true');
    else origin.delete('libostree-transient', 'pinned');
    writeOriginFile(join(sysroot.path, originPathOf(found)), origin);
    sysroot.touch();
  }

  async lockStaged(path: string, locked: boolean, ctx: Context): Promise<void> {
    const { state } = await this.#lock(path, ctx);
    lockStaged(state, locked);
  }

  async cleanup(path: string, ctx: Context): Promise<void> {
    cleanUp(await this.#lock(path, ctx), { prune: true });
  }

  /** The sysroot as it is, with its lock held from now on until the run ends. */
  async #lock(path: string, ctx: Context): Promise<Sysroot> {
    const { path: root } = Sysroot.load(path, this.#state);
    if (!this.#locks.has(root)) {
      const onWait = (holder: LockHolder | undefined) => {
        const who = holder === undefined ? 'another program' : `the process ${holder.pid} (${holder.program})`;
        ctx.progress.message(`Waiting for ${who}, which changes ${root}`);
      };
      const lock = await lockSysroot(root, { seconds: PATIENCE, onWait, signal: ctx.signal });
      this.#locks.set(root, lock);
      ctx.defer(`the lock of ${root}`, () => {
        lock.release();
        this.#locks.delete(root);
      });
    }
    return Sysroot.load(root, this.#state);
  }
}

const writerOf = (bootloader: Bootloader, ctx: Context): MenuWriter => ({
  write: (menu) => bootloader.write(menu, ctx),
  activates: async () => bootloader.activate !== undefined,
  activate: (menu) => activateMenu(bootloader, menu, ctx),
  isCurrent: (menu) => showsMenu(bootloader, menu),
});

const idOf = (deployment: { stateroot: string; commit: string; serial: number }): string =>
  `${deployment.stateroot}-${directoryName(deployment)}`;

const nameOf = ({ target, serial }: Deployment) => ({ stateroot: target.os, commit: target.commit, serial });

function mergeFor(sysroot: Sysroot, deployment: Deployment): SysrootDeployment | null {
  const merge = sysroot.mergeDeployment(deployment.target.os);
  return merge !== null && idOf(merge) === deployment.id ? null : merge;
}

/** Directories that no entry boots: of runs that were cut off. */
function leftOver(sysroot: Sysroot): SysrootDeployment[] {
  const known = new Set(sysroot.deployments.map(idOf));
  const directories = sysroot.stateroots().flatMap((stateroot) => sysroot.directories(stateroot));
  return directories
    .filter((name) => !known.has(idOf(name)))
    .map((name) => ({
      ...name,
      bootChecksum: '',
      origin: readOrigin(join(sysroot.path, originPathOf(name))),
      entry: new BootEntry(),
      overlayInitrds: [],
      unlocked: 'none',
      staged: false,
    }));
}

function recordOf(sysroot: Sysroot, deployment: SysrootDeployment, state?: Deployment['state']): Deployment {
  const { stateroot, commit, serial, entry, origin, overlayInitrds, staged } = deployment;
  const kargs = KernelArgs.parse(entry.get('options') ?? '').drop('ostree').list;
  const waiting = staged ? readStagedState(sysroot.path, sysroot.state) : null;
  const retain = Object.entries(waiting?.retain ?? {});
  return {
    id: idOf(deployment),
    target: {
      sysroot: sysroot.path,
      os: stateroot,
      commit,
      kargs,
      initrds: overlayInitrds,
      origin: origin?.toString() ?? '',
      stage: staged,
      extras: retain.length === 0 ? {} : { 'store-ostree': Object.fromEntries(retain) },
    },
    serial,
    bootChecksum: deployment.bootChecksum,
    bootloader: waiting?.bootloader ?? '',
    state: state ?? (staged ? 'staged' : 'active'),
    ...(isSame(deployment, sysroot.booted) ? { booted: true as const } : {}),
    ...(isPinned(deployment) ? { pinned: true as const } : {}),
    ...(deployment.unlocked === 'none' ? {} : { unlocked: deployment.unlocked }),
    ...(staged && isStagedLocked(sysroot.state) ? { locked: true as const } : {}),
  };
}

/** A record, perhaps of an earlier process, as the sysroot sees it. */
function fromRecord(sysroot: Sysroot, deployment: Deployment): SysrootDeployment {
  const { target } = deployment;
  const entry = new BootEntry().set('options', new KernelArgs(target.kargs).toString());
  return {
    ...nameOf(deployment),
    bootChecksum: deployment.bootChecksum || findKernel(sysroot.directory(nameOf(deployment))).bootChecksum,
    origin: parseOrigin(target.origin),
    entry,
    overlayInitrds: target.initrds,
    unlocked: 'none',
    staged: deployment.state === 'staged',
  };
}

function existing(sysroot: Sysroot, id: string): SysrootDeployment {
  const found = sysroot.deployments.find((deployment) => idOf(deployment) === id);
  if (found !== undefined) return found;
  throw storeError('SYSROOT_INVALID', `The deployment ${id} is not there any more.`, {
    hint: 'Another program has changed the system meanwhile; look at its state and run again.',
    data: { id, path: sysroot.path },
  });
}

/** The origin of a deployment that follows the one which this text is of. */
function followingOrigin(text: string): KeyFile | null {
  const origin = parseOrigin(text);
  if (origin !== null) dropDeploymentState(origin);
  return origin;
}

function parseOrigin(text: string): KeyFile | null {
  if (text === '') return null;
  try {
    return KeyFile.parse(text);
  } catch (error) {
    throw storeError('SYSROOT_ORIGIN', `The origin of a deployment cannot be read: ${(error as Error).message}.`, {
      hint: '`[origin]` with `refspec=REMOTE:REF` is what it needs.',
      cause: error,
    });
  }
}
