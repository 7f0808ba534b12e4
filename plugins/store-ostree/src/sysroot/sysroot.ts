import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BootEntry, byVersion } from '../codec/boot/boot-entry.ts';
import { KernelArgs } from '../codec/boot/kernel-args.ts';
import { errnoOf, storeError } from '../errors.ts';
import { readNames } from '../repo/directory.ts';
import { initRepository } from '../repo/init.ts';
import type { KeyFile } from '../repo/key-file.ts';
import { Repository } from '../repo/repository.ts';
import {
  directoryName,
  directoryOf,
  isSame,
  originPathOf,
  parseBootLink,
  parseDirectoryName,
  type SysrootDeployment,
  type Unlocked,
} from './deployment.ts';
import { readOrigin } from './origin.ts';
import { type RunState, SYSTEM } from './run-state.ts';
import { readStaged } from './staged.ts';

/** The two halves that are swapped: which `loader.N` is current, and which `boot.N.M`. */
export interface BootVersions {
  readonly boot: 0 | 1;
  readonly sub: 0 | 1;
}

/** A root file system with deployments below `/ostree`, as it was when it was read. */
export class Sysroot {
  readonly path: string;
  readonly state: RunState;
  readonly versions: BootVersions;
  /** In boot order, a staged one first. */
  readonly deployments: readonly SysrootDeployment[];
  /** The one that runs; null unless this is the root of a system that was booted by ostree. */
  readonly booted: SysrootDeployment | null;
  #repository: Repository | undefined;

  private constructor(path: string, state: RunState, found: Pick<Sysroot, 'versions' | 'deployments' | 'booted'>) {
    this.path = path;
    this.state = state;
    this.versions = found.versions;
    this.deployments = found.deployments;
    this.booted = found.booted;
  }

  /** Throws SYSROOT_INVALID for boot entries and links that lead nowhere, SYSROOT_MISSING where nothing is. */
  static load(location: string, state: RunState = SYSTEM): Sysroot {
    const path = resolve(location);
    if (!existsSync(join(path, 'ostree'))) {
      throw storeError('SYSROOT_MISSING', `There is no ostree system below ${path}.`, {
        hint: 'Check the path, or prepare it with `ostrata ostree admin init-fs`.',
        data: { path },
      });
    }
    const boot = readBootVersion(path);
    const versions = { boot, sub: readSubVersion(path, boot) };
    const finalized = readEntries(path, boot).map((entry) => readDeployment(path, state, entry));
    const booted = isBooted(path, state) ? findBooted(path, state, finalized) : null;
    const staged = booted === null ? null : readStaged(path, state);
    const deployments = staged === null ? finalized : [staged, ...finalized];
    return new Sysroot(path, state, { versions, deployments, booted });
  }

  /** Makes what every sysroot has: `/ostree/repo` and `/ostree/deploy`. What is there stays. */
  static ensure(location: string): void {
    const path = resolve(location);
    for (const name of ['ostree', 'ostree/repo', 'ostree/deploy'])
      mkdirSync(join(path, name), { recursive: true, mode: 0o755 });
    if (!existsSync(join(path, 'ostree/repo/config'))) initRepository(join(path, 'ostree/repo'), 'bare');
  }

  get repository(): Repository {
    this.#repository ??= Repository.open(join(this.path, 'ostree/repo'), { bootId: this.state.bootId });
    return this.#repository;
  }

  get staged(): SysrootDeployment | null {
    return this.deployments.find(({ staged }) => staged) ?? null;
  }

  get finalized(): readonly SysrootDeployment[] {
    return this.deployments.filter(({ staged }) => !staged);
  }

  directory(deployment: { stateroot: string; commit: string; serial: number }): string {
    return join(this.path, directoryOf(deployment));
  }

  /** Names of the stateroots. */
  stateroots(): string[] {
    return readNames(join(this.path, 'ostree/deploy')).filter((name) =>
      isDirectory(join(this.path, 'ostree/deploy', name)),
    );
  }

  /** Deployments by their directories, also such as nothing boots any more. */
  directories(stateroot: string): { readonly stateroot: string; readonly commit: string; readonly serial: number }[] {
    const parent = join(this.path, 'ostree/deploy', stateroot, 'deploy');
    return readNames(parent)
      .filter((name) => isDirectory(join(parent, name)))
      .map((name) => ({ stateroot, ...parseDirectoryName(name) }));
  }

  /** The deployment whose /etc and kernel arguments a new one takes over. */
  mergeDeployment(stateroot: string): SysrootDeployment | null {
    if (this.booted?.stateroot === stateroot) return this.booted;
    return this.pending(stateroot);
  }

  /** The first one of a stateroot before the booted one. */
  pending(stateroot: string): SysrootDeployment | null {
    for (const deployment of this.deployments) {
      if (deployment.stateroot !== stateroot) continue;
      return isSame(deployment, this.booted) ? null : deployment;
    }
    return null;
  }

  /** The first one of the booted stateroot after the booted one. */
  get rollback(): SysrootDeployment | null {
    const { booted } = this;
    if (booted === null) return null;
    const after = this.deployments.findIndex((one) => isSame(one, booted)) + 1;
    return this.deployments.slice(after).find(({ stateroot }) => stateroot === booted.stateroot) ?? null;
  }

  /** Tells whoever watches that something has changed. */
  touch(): void {
    const now = new Date();
    utimesSync(join(this.path, 'ostree/deploy'), now, now);
  }
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Where a link leads; undefined where nothing is. Throws SYSROOT_INVALID where something else is. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) !== 'EINVAL') throw error;
    throw storeError('SYSROOT_INVALID', `Not a symbolic link: ${path}`, {
      hint: 'libostree and ostrata switch between two directories by this link; restore it.',
      data: { path },
    });
  }
}

function readBootVersion(sysroot: string): 0 | 1 {
  const target = linkTarget(join(sysroot, 'boot/loader'));
  if (target === undefined || target === 'loader.0') return 0;
  if (target === 'loader.1') return 1;
  throw storeError('SYSROOT_INVALID', `Invalid target '${target}' in boot/loader`, {
    hint: 'The link must lead to loader.0 or loader.1.',
    data: { path: join(sysroot, 'boot/loader'), target },
  });
}

export function readSubVersion(sysroot: string, boot: 0 | 1): 0 | 1 {
  const target = linkTarget(join(sysroot, `ostree/boot.${boot}`));
  if (target === undefined || target.endsWith('.0')) return 0;
  if (target.endsWith('.1')) return 1;
  throw storeError('SYSROOT_INVALID', `Invalid target '${target}' in ostree/boot.${boot}`, {
    hint: `The link must lead to boot.${boot}.0 or boot.${boot}.1.`,
    data: { path: join(sysroot, `ostree/boot.${boot}`), target },
  });
}

/** The entries of ours in `loader.N`, in boot order. */
export function readEntries(sysroot: string, boot: 0 | 1): BootEntry[] {
  const directory = join(sysroot, `boot/loader.${boot}/entries`);
  const names = readNames(directory).filter((name) => /^ostree-.*\.conf$/.test(name));
  const entries = names.map((name) => {
    const entry = BootEntry.parse(readFileSync(join(directory, name), 'utf8'));
    entry.name = name;
    return entry;
  });
  return entries.sort(byVersion);
}

function readDeployment(sysroot: string, state: RunState, entry: BootEntry): SysrootDeployment {
  const argument = KernelArgs.parse(entry.get('options') ?? '').last('ostree');
  if (argument === undefined) {
    throw storeError(
      'SYSROOT_INVALID',
      `The boot entry ${JSON.stringify(entry.get('title') ?? '')} has no ostree= argument.`,
      {
        hint: 'Correct the entry in /boot/loader/entries, or remove it.',
      },
    );
  }
  const link = parseBootLink(argument);
  const target = linkTarget(join(sysroot, argument));
  if (target === undefined) {
    throw storeError(
      'SYSROOT_INVALID',
      `The boot entry of ${link.stateroot} leads to ${argument}, which is not there.`,
      {
        hint: 'Boot another entry, and deploy again.',
        data: { path: join(sysroot, argument) },
      },
    );
  }
  const name = { stateroot: link.stateroot, ...parseDirectoryName(target.slice(target.lastIndexOf('/') + 1)) };
  const origin = readOrigin(join(sysroot, originPathOf(name)));
  return {
    ...name,
    bootChecksum: link.bootChecksum,
    origin,
    entry,
    overlayInitrds: entry.overlays.map(overlayChecksum),
    unlocked: readUnlocked(state, name, origin),
    staged: false,
  };
}

function overlayChecksum(path: string): string {
  const match = /([0-9a-f]{64})\.img$/.exec(path);
  if (match) return match[1]!;
  throw storeError('SYSROOT_INVALID', `Malformed overlay initrd filename: ${path}`, {
    hint: 'Correct the boot entry that names it.',
    data: { path },
  });
}

function readUnlocked(state: RunState, name: { commit: string; serial: number }, origin: KeyFile | null): Unlocked {
  const directory = join(state.run, 'ostree/deployment-state', directoryName(name));
  if (existsSync(join(directory, 'unlocked-development'))) return 'development';
  if (existsSync(join(directory, 'unlocked-transient'))) return 'transient';
  return origin?.get('origin', 'unlocked') === 'hotfix' ? 'hotfix' : 'none';
}

/** Whether this is the root of a system that was booted by ostree, whatever its deployments are. */
export function isBooted(sysroot: string, { run, root }: RunState): boolean {
  if (!existsSync(join(run, 'ostree-booted'))) return false;
  return isSameFile(sysroot, root);
}

function findBooted(
  sysroot: string,
  { root }: RunState,
  deployments: readonly SysrootDeployment[],
): SysrootDeployment | null {
  const found = deployments.find((deployment) => isSameFile(join(sysroot, directoryOf(deployment)), root));
  if (found !== undefined) return found;
  throw storeError('SYSROOT_INVALID', `No boot entry leads to the system that runs from ${root}.`, {
    hint: 'Its entry was removed from /boot/loader/entries; restore it before anything else.',
  });
}

function isSameFile(a: string, b: string): boolean {
  const [left, right] = [statSync(a, { throwIfNoEntry: false }), statSync(b)];
  return left?.dev === right.dev && left?.ino === right.ino;
}
