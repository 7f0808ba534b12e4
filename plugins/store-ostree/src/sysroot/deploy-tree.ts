import { existsSync, lstatSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Checkout } from '../checkout/checkout.ts';
import { BootEntry } from '../codec/boot/boot-entry.ts';
import type { KernelArgs } from '../codec/boot/kernel-args.ts';
import type { Checksum } from '../codec/checksum.ts';
import { errnoOf, storeError } from '../errors.ts';
import { readNames } from '../repo/directory.ts';
import type { KeyFile } from '../repo/key-file.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { replaceFile } from '../repo/replace-file.ts';
import { findInCommit } from '../store/find-in-commit.ts';
import { checkBootSpace, noSpace } from './boot-space.ts';
import { checkLinks, checkNotReadOnly, halfDeployment } from './damage.ts';
import { originPathOf, type SysrootDeployment } from './deployment.ts';
import { discard } from './discard.ts';
import {
  checkConflicts,
  type EtcConflict,
  type EtcStrategy,
  findConflicts,
  withoutConflicts,
} from './etc-conflicts.ts';
import { diffEtc, type EtcDiff } from './etc-diff.ts';
import { type EtcSides, type EtcSkipped, mergeEtc } from './etc-merge.ts';
import { setImmutable } from './immutable.ts';
import { findKernel } from './kernel-layout.ts';
import { DeploymentLabels } from './labels.ts';
import { orderWith } from './order.ts';
import { writeOriginFile } from './origin.ts';
import { checkRootSpace } from './root-space.ts';
import { seedVar } from './seed-var.ts';
import type { Sysroot } from './sysroot.ts';

export interface DeployOptions {
  readonly stateroot: string;
  readonly commit: Checksum;
  readonly origin: KeyFile | null;
  /** Whose /etc, and kernel arguments when `kargs` is null, are taken over. */
  readonly merge: SysrootDeployment | null;
  readonly kargs: KernelArgs | null;
  /** sha256 of initial ram disks that have been staged; see `stageInitrd`. */
  readonly overlayInitrds?: readonly string[];
  /** Leaves device trees out, for machines that have their own. */
  readonly ignoreDeviceTrees?: boolean;
  /** Leaves the deployment's root directory writable; for tests of other tools. */
  readonly mutable?: boolean;
  /** Hears of what is left out. */
  readonly onNote?: (note: string) => void;
  /** Hears of what the user changed in /etc, before it is taken over. */
  readonly onEtc?: (diff: EtcDiff) => void;
  /** What is done where /etc changed here and in the new image; libostree's rule is `keep-mine`. */
  readonly etcStrategy?: EtcStrategy;
  /** Hears that /var was not labelled yet. */
  readonly onVar?: (stamp: string) => void;
}

/** Checks a commit out below its stateroot, ready to be written into the boot configuration: `prepareTree`, then `completeTree`. */
export function deployTree(sysroot: Sysroot, options: DeployOptions): SysrootDeployment {
  const prepared = prepareTree(sysroot, options);
  try {
    completeTree(sysroot, prepared, options);
  } catch (error) {
    discard(sysroot, prepared);
    throw error;
  }
  return withKargs(prepared, options.merge);
}

/** The part that may run long before a reboot: everything but what depends on the state of the running system. Throws SYSROOT_SPACE before /boot is touched. */
export function prepareTree(sysroot: Sysroot, options: DeployOptions): SysrootDeployment {
  const { stateroot, commit, origin, overlayInitrds = [] } = options;
  const parent = join(sysroot.path, 'ostree/deploy', stateroot);
  if (!isDirectory(join(parent, 'var'))) {
    throw storeError('SYSROOT_STATEROOT', `No such stateroot: ${stateroot}: there is no ${parent}/var.`, {
      hint: `Make it with \`ostrata ostree admin os-init ${stateroot}\`, or name another.`,
      data: { stateroot, path: parent },
    });
  }
  checkLinks(sysroot.path);
  checkNotReadOnly(sysroot.path);
  mkdirSync(join(parent, 'deploy'), { recursive: true, mode: 0o775 });
  const name = { stateroot, commit, serial: freeSerial(sysroot, stateroot, commit) };
  const root = sysroot.directory(name);
  checkRootSpace(sysroot, commit);
  removeTree(root);
  try {
    checkOut(sysroot, commit, '', root, false);
    const { bootChecksum } = findKernel(root, { ignoreDeviceTrees: options.ignoreDeviceTrees ?? false });
    prepareEtc(sysroot, commit, root);
    seedVar(sysroot, stateroot, commit, root);
    const entry = new BootEntry();
    if (options.kargs !== null) entry.set('options', options.kargs.toString());
    const made = { ...name, bootChecksum, origin, entry, overlayInitrds, unlocked: 'none', staged: false } as const;
    // At shutdown nobody would see it.
    if (options.etcStrategy === 'fail' && options.merge !== null) {
      checkConflicts(etcConflicts(sysroot, options.merge, made), 'fail');
    }
    checkBootSpace(sysroot, orderWith(sysroot, made, options.merge, {}), options);
    return made;
  } catch (error) {
    removeTree(root);
    throw errnoOf(error) === 'ENOSPC' ? noSpace(root, error) : error;
  }
}

/** The part that has to see the running system as it is at last: /etc is merged, the origin written, the tree sealed. */
export function completeTree(
  sysroot: Sysroot,
  deployment: SysrootDeployment,
  options: Pick<DeployOptions, 'merge' | 'mutable' | 'onNote' | 'onEtc' | 'onVar' | 'etcStrategy'>,
): EtcSkipped[] {
  const root = sysroot.directory(deployment);
  const { merge } = options;
  const skipped = merge === null ? [] : takeOverEtc(sysroot, merge, root, options);
  for (const { path } of skipped)
    options.onNote?.(`/etc/${path} is no file, link or directory and was not taken over.`);
  stampVar(sysroot, deployment.stateroot, root, options);
  // Asks systemd to update /etc and /var at the next boot (systemd-update-done.service(8)).
  rmSync(join(root, 'etc/.updated'), { force: true });
  rmSync(join(varOf(sysroot, deployment.stateroot), '.updated'), { force: true });
  writeOriginFile(join(sysroot.path, originPathOf(deployment)), deployment.origin);
  if (!options.mutable) setImmutable(root, true);
  return skipped;
}

/** libostree labels /var once, and leaves a file that says so: without it, it would do so again. */
const LABELLED = 'var/.ostree-selabeled';

function stampVar(
  sysroot: Sysroot,
  stateroot: string,
  root: string,
  { onVar = () => {} }: Pick<DeployOptions, 'onVar'>,
): void {
  const stamp = join(sysroot.path, 'ostree/deploy', stateroot, LABELLED);
  if (existsSync(stamp)) return;
  onVar(LABELLED);
  const labels = DeploymentLabels.of(root);
  labels?.relabel(join(sysroot.path, 'ostree/deploy', stateroot, 'var'), '/var');
  replaceFile(stamp, '');
  labels?.made(stamp, `/${LABELLED}`);
}

/** A deployment with the kernel arguments of the one it follows, unless it has its own. */
export function withKargs(deployment: SysrootDeployment, merge: SysrootDeployment | null): SysrootDeployment {
  const inherited = merge?.entry.get('options');
  if (inherited === undefined || deployment.entry.get('options') !== undefined) return deployment;
  return { ...deployment, entry: deployment.entry.copy().set('options', inherited) };
}

function takeOverEtc(
  sysroot: Sysroot,
  merge: SysrootDeployment,
  root: string,
  { onEtc = () => {}, etcStrategy = 'keep-mine' }: Pick<DeployOptions, 'onEtc' | 'etcStrategy'>,
): EtcSkipped[] {
  const sides = sidesOf(sysroot, merge, join(root, 'etc'));
  if (sides === null) return [];
  const diff = diffEtc(sides.original, sides.modified);
  onEtc(diff);
  const conflicts = etcStrategy === 'keep-mine' ? [] : findConflicts(sides, diff);
  checkConflicts(conflicts, etcStrategy);
  return mergeEtc(sides, etcStrategy === 'take-theirs' ? withoutConflicts(diff, conflicts) : diff);
}

function sidesOf(sysroot: Sysroot, merge: SysrootDeployment, next: string): EtcSides | null {
  const old = sysroot.directory(merge);
  if (!existsSync(old)) throw halfDeployment(old);
  const sides = { original: join(old, 'usr/etc'), modified: join(old, 'etc'), next };
  const [hasDefaults, hasEtc] = [isDirectory(sides.original), isDirectory(sides.modified)];
  // One without the other does not say what was changed, and to go on would lose it.
  if (hasDefaults !== hasEtc && isDirectory(next)) {
    const missing = hasEtc ? sides.original : sides.modified;
    throw storeError('SYSROOT_ETC', `${missing} is not there: what was changed in /etc cannot be taken over.`, {
      hint: 'Restore it, or deploy without taking anything over: `ostrata ostree admin deploy --no-merge`.',
      data: { path: missing },
    });
  }
  return hasDefaults && hasEtc && isDirectory(next) ? sides : null;
}

/** Where the /etc of a deployment was changed by hand and another one has a new default. */
export function etcConflicts(
  sysroot: Sysroot,
  merge: SysrootDeployment,
  next: Pick<SysrootDeployment, 'stateroot' | 'commit' | 'serial'>,
): EtcConflict[] {
  const sides = sidesOf(sysroot, merge, join(sysroot.directory(next), 'usr/etc'));
  return sides === null ? [] : findConflicts(sides, diffEtc(sides.original, sides.modified));
}

/** /etc as a copy of /usr/etc that may be written to. */
function prepareEtc(sysroot: Sysroot, commit: Checksum, root: string): void {
  const [etc, defaults] = [join(root, 'etc'), join(root, 'usr/etc')];
  // Composers of containers leave an empty one.
  if (existsSync(defaults) && isEmptyDirectory(etc)) rmdirSync(etc);
  if (existsSync(etc)) {
    if (existsSync(defaults)) {
      throw storeError(
        'SYSROOT_TREE',
        `Tree contains both /etc and /usr/etc: the commit ${commit} cannot be deployed.`,
        {
          hint: 'Compose it anew with /usr/etc alone.',
          data: { commit },
        },
      );
    }
    // Trees of old composers have /etc.
    renameSync(etc, defaults);
    checkOut(sysroot, commit, 'etc', etc, true, root);
  } else if (existsSync(defaults)) {
    checkOut(sysroot, commit, 'usr/etc', etc, true, root);
  }
}

/** Labels the copy by the policy of the tree at `labelled`, where it is given and has one. */
function checkOut(
  sysroot: Sysroot,
  commit: Checksum,
  subpath: string,
  target: string,
  copy: boolean,
  labelled?: string,
): void {
  const found = findInCommit(sysroot.repository, commit, subpath);
  if (!('tree' in found)) return;
  const label = labelled === undefined ? undefined : DeploymentLabels.of(labelled)?.below('/etc');
  const options = { copy, passthroughWhiteouts: true, ...(label ? { label } : {}) };
  new Checkout(sysroot.repository, options).directory(found, target);
}

/** One more than the highest serial of the commit's directories, whether something boots them or not. */
function freeSerial(sysroot: Sysroot, stateroot: string, commit: Checksum): number {
  const taken = sysroot.directories(stateroot).filter((one) => one.commit === commit);
  return Math.max(-1, ...taken.map(({ serial }) => serial)) + 1;
}

/** /var of a stateroot: that of the running system where it is the booted one. */
function varOf(sysroot: Sysroot, stateroot: string): string {
  if (sysroot.booted?.stateroot === stateroot) return join(sysroot.state.root, 'var');
  return join(sysroot.path, 'ostree/deploy', stateroot, 'var');
}

function isEmptyDirectory(path: string): boolean {
  return isDirectory(path) && readNames(path).length === 0;
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
