import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pruneRepository } from '../fsck/prune.ts';
import { readNames } from '../repo/directory.ts';
import { hasStaging } from '../repo/leftovers.ts';
import { lockRepository } from '../repo/lock.ts';
import { deleteRef, listRefs, writeRefs } from '../repo/refs.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { isTemporary } from '../repo/replace-file.ts';
import { WriteSession } from '../store/session.ts';
import { isBehind } from './activation.ts';
import { directoryName } from './deployment.ts';
import { discard } from './discard.ts';
import type { Sysroot } from './sysroot.ts';

export interface CleanUpOptions {
  readonly prune: boolean;
  /** Called when refs are prepared and not yet there: a test fails here. */
  readonly beforeRefs?: () => void;
}

/**
 * Removes what no deployment of the list refers to: directories, kernels, links, refs, and with `prune` objects as well. Gives the bytes of those.
 * Nothing goes while a boot loader may still start what was in the menu before.
 */
export function cleanUp(sysroot: Sysroot, options: CleanUpOptions): number {
  if (isBehind(sysroot)) return 0;
  removeOtherVersions(sysroot);
  removeOldDeployments(sysroot);
  removeOldKernels(sysroot);
  removeTemporaries(sysroot);
  renewRefs(sysroot, options.beforeRefs ?? (() => {}));
  if (!options.prune) return 0;
  const { repository } = sysroot;
  using _lock = lockRepository(join(repository.path, '.lock'), 'exclusive', repository.config);
  return pruneRepository(repository, 0).bytes;
}

/** The halves that are not in use. */
function removeOtherVersions({ path, versions: { boot, sub } }: Sysroot): void {
  const [otherBoot, otherSub] = [1 - boot, 1 - sub];
  for (const name of [`boot/loader.${otherBoot}`, ...['', '.0', '.1'].map((end) => `ostree/boot.${otherBoot}${end}`)]) {
    removeTree(join(path, name));
  }
  removeTree(join(path, `ostree/boot.${boot}.${otherSub}`));
}

function removeOldDeployments(sysroot: Sysroot): void {
  for (const stateroot of sysroot.stateroots()) {
    const kept = new Set(sysroot.deployments.filter((one) => one.stateroot === stateroot).map(directoryName));
    for (const directory of sysroot.directories(stateroot)) {
      if (!kept.has(directoryName(directory))) discard(sysroot, directory);
    }
    // What a run left that was cut between the two removals.
    const parent = join(sysroot.path, 'ostree/deploy', stateroot, 'deploy');
    for (const name of readNames(parent)) {
      const match = /^([0-9a-f]{64}\.\d+)\.origin$/.exec(name);
      if (match && !kept.has(match[1]!)) rmSync(join(parent, name));
    }
  }
}

/** Removes what no deployment has in /boot. */
export function removeOldKernels(sysroot: Sysroot): void {
  const parent = join(sysroot.path, 'boot/ostree');
  const checksums = new Set(sysroot.deployments.map(({ bootChecksum }) => bootChecksum));
  for (const name of readNames(parent)) {
    const checksum = /-([0-9a-f]{64})$/.exec(name)?.[1];
    if (checksum !== undefined && !checksums.has(checksum) && lstatSync(join(parent, name)).isDirectory()) {
      removeTree(join(parent, name));
    }
  }
  const overlays = new Set(
    sysroot.deployments.flatMap(({ overlayInitrds }) => overlayInitrds.map((sum) => `${sum}.img`)),
  );
  const directory = join(parent, 'initramfs-overlays');
  for (const name of readNames(directory)) if (!overlays.has(name)) removeTree(join(directory, name));
}

/** What runs left that were cut off while they replaced a file, or made a link. */
function removeTemporaries(sysroot: Sysroot): void {
  const entries = `boot/loader.${sysroot.versions.boot}/entries`;
  const kernels = readNames(join(sysroot.path, 'boot/ostree')).map((name) => `boot/ostree/${name}`);
  const deployments = sysroot
    .stateroots()
    .flatMap((name) => [`ostree/deploy/${name}/deploy`, `ostree/deploy/${name}/var`]);
  const places = ['boot', 'boot/ostree', entries, 'ostree', ...kernels, ...deployments].map((name) =>
    join(sysroot.path, name),
  );
  if (sysroot.booted !== null) places.push(join(sysroot.state.run, 'ostree'));
  for (const place of places) {
    for (const name of readNames(place)) if (isTemporary(name)) removeTree(join(place, name));
  }
}

/** Refs `ostree/BOOT/SUB/INDEX` keep the deployments' commits from being pruned. */
function renewRefs({ repository, versions: { boot, sub }, deployments }: Sysroot, beforeRefs: () => void): void {
  const wanted = new Map(deployments.map(({ commit }, index) => [`ostree/${boot}/${sub}/${index}`, commit]));
  const there = listRefs(repository);
  for (const ref of there.keys()) if (/^ostree\/[01]\/[01]\//.test(ref) && !wanted.has(ref)) deleteRef(repository, ref);
  const changed = new Map([...wanted].filter(([ref, commit]) => there.get(ref) !== commit));
  if (changed.size === 0 && !hasStaging(repository)) return;
  // Takes over, too, what a writer left that was cut off.
  const session = new WriteSession(repository);
  const { path } = session.staging;
  try {
    beforeRefs();
    writeRefs(repository, changed, path);
  } catch (error) {
    session.abandon();
    throw error;
  }
  session.close();
}
