import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Context, Root } from '@ostrata/contract';
import { Checkout } from '../checkout/checkout.ts';
import { updateDirectory } from '../checkout/update.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { storeError } from '../errors.ts';
import { LOCK_SUFFIX, ROOT_PREFIX, removeLeftovers } from '../repo/leftovers.ts';
import { FileLock } from '../repo/lock.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { lsetxattr } from '../syscalls.ts';
import { removeInBackground } from '../workers/remove-in-background.ts';
import { type Change, changesOfCopy, changesOfUpper, type Snapshot, takeSnapshot } from './changes.ts';
import { DirNode } from './dir-node.ts';
import { overlayWorks } from './overlay-probe.ts';
import type { TreeStore } from './tree-store.ts';

/**
 * The real directory of one tree, below the repository's `tmp/` so that its files can be hard links: `lower` is a checkout of the
 * state that was last shown, `upper` and `work` are for an overlay file system that the user of the root mounts in a mount namespace
 * of its own. So nothing is mounted in the host that a crash could leave behind, and links into the repository are never written
 * through. Where overlays do not work, `lower` is a private copy, and changes are found by comparing what lstat says.
 */
export class Roots {
  readonly #store: TreeStore;
  readonly #root: DirNode;
  /** Where files cannot belong to whom they should, everything belongs to the invoking user. */
  readonly #userOwned: boolean;
  #directory: string | undefined;
  #lock: FileLock | undefined;
  #overlay = false;
  #shown: DirEntry | undefined;
  #snapshot: Snapshot | undefined;
  readonly #removals: Promise<void>[] = [];

  constructor(store: TreeStore, root: DirNode) {
    this.#store = store;
    this.#root = root;
    const { mode } = store.repo;
    this.#userOwned = mode === 'bare-user' || mode === 'bare-user-only' || process.geteuid?.() !== 0;
  }

  async materialize(ctx: Context): Promise<Root> {
    const wanted = { tree: this.#store.flush(this.#root), meta: this.#root.meta };
    const directory = this.#directory ?? (await this.#create(ctx));
    const lower = join(directory, 'lower');
    // Times must not depend on when it is done: programs write them into what they make.
    const options = { user: this.#userOwned, copy: !this.#overlay, linkAll: true, timeless: true };
    const checkout = new Checkout(this.#store.repo, options);
    const changed = this.#shown?.tree !== wanted.tree || this.#shown.meta !== wanted.meta;
    // Programs will run for some time, and what they need is in the cache.
    this.#store.beginWriteback();
    if (!this.#shown) checkout.directory(wanted, lower);
    else if (changed) updateDirectory(this.#store.repo, checkout, this.#shown, wanted, lower);
    this.#shown = wanted;
    if (this.#overlay) return { lower, ...this.#emptyUpper(directory, wanted), userOwned: this.#userOwned };
    if (changed) this.#snapshot = await takeSnapshot(lower);
    return { lower, upper: null, work: null, userOwned: this.#userOwned };
  }

  async absorb(root: Root, ctx: Context): Promise<readonly string[]> {
    if (!this.#directory || !this.#shown || root.lower !== join(this.#directory, 'lower')) {
      throw storeError('OSTREE_ROOT_UNKNOWN', `The directory ${root.lower} was not made of this tree.`, {
        hint: 'Hand back the root that materialize() of the same tree gave.',
        data: { path: root.lower },
      });
    }
    ctx.signal.throwIfAborted();
    const base = DirNode.stored(this.#shown);
    const source = { store: this.#store, base, userOwned: this.#userOwned, linked: this.#overlay };
    const changes = this.#overlay
      ? changesOfUpper(source, join(this.#directory, 'upper'))
      : changesOfCopy(source, root.lower, this.#snapshot!);
    for (const change of changes) apply(this.#store, this.#root, change);
    if (!this.#overlay && changes.length > 0) {
      for (const change of changes) apply(this.#store, base, change);
      this.#shown = { tree: this.#store.flush(base), meta: base.meta };
      this.#snapshot = await takeSnapshot(root.lower);
    }
    return changes.map(({ path }) => path);
  }

  /** Removes the directory, when that is not done already; the next materialize makes another. */
  remove(): void {
    const released = this.#forget();
    if (!released) return;
    removeTree(released.directory);
    released.unlock();
  }

  /** Has the directory removed while other work goes on: it is not needed any more. */
  release(): void {
    const released = this.#forget();
    if (!released) return;
    const removal = removeInBackground(released.directory)
      .catch(() => removeTree(released.directory))
      .finally(released.unlock);
    this.#removals.push(removal);
  }

  #forget(): { readonly directory: string; readonly unlock: () => void } | undefined {
    const directory = this.#directory;
    const lock = this.#lock;
    if (directory === undefined) return undefined;
    this.#directory = undefined;
    this.#shown = undefined;
    const unlock = () => {
      rmSync(`${directory}${LOCK_SUFFIX}`, { force: true });
      lock?.release();
    };
    return { directory, unlock };
  }

  async #create(ctx: Context): Promise<string> {
    const tmp = join(this.#store.repo.path, 'tmp');
    removeLeftovers(this.#store.repo);
    const directory = join(tmp, `${ROOT_PREFIX}${randomBytes(4).toString('hex')}`);
    this.#lock = FileLock.try(`${directory}${LOCK_SUFFIX}`, 'exclusive');
    mkdirSync(directory, 0o700);
    this.#directory = directory;
    this.#store.onClose(() => this.remove());
    ctx.defer(`remove ${basename(directory)}`, async () => {
      this.remove();
      await Promise.all(this.#removals.splice(0));
    });
    this.#overlay = await this.#chooseOverlay(directory, ctx);
    return directory;
  }

  async #chooseOverlay(directory: string, ctx: Context): Promise<boolean> {
    switch (this.#store.rootStrategy) {
      case 'overlay':
        return true;
      case 'copy':
        return false;
      case 'auto':
        return overlayWorks(directory, ctx);
    }
  }

  #emptyUpper(directory: string, shown: DirEntry): { upper: string; work: string } {
    const upper = join(directory, 'upper');
    const work = join(directory, 'work');
    for (const path of [upper, work]) {
      removeTree(path);
      mkdirSync(path, 0o700);
    }
    // The root of an overlay is that of its upper directory.
    const meta = this.#store.directoryMeta(shown.meta);
    if (!this.#userOwned) {
      chownSync(upper, meta.uid, meta.gid);
      for (const [name, value] of meta.xattrs) lsetxattr(upper, name, value);
    }
    chmodSync(upper, meta.mode & 0o7777);
    return { upper, work };
  }
}

/** Makes a change to a tree. Missing parents, which somebody else removed meanwhile, come back as plain directories. */
function apply(store: TreeStore, root: DirNode, change: Change): void {
  const { repo } = store;
  const parts = change.path === '' ? [] : change.path.split('/');
  const name = parts.pop();
  if (name === undefined) {
    if (change.kind === 'directory') root.meta = change.meta;
    return;
  }
  let entries = root.edit(repo);
  for (const part of parts) {
    let next = entries.dirs.get(part);
    if (!next) {
      next = DirNode.empty(store.writeDirMeta({ uid: 0, gid: 0, mode: 0o40755, xattrs: [] }));
      entries.files.delete(part);
      entries.dirs.set(part, next);
    }
    entries = next.edit(repo);
  }
  const existing = entries.dirs.get(name);
  if (change.kind !== 'directory' || change.replaces) entries.dirs.delete(name);
  entries.files.delete(name);
  if (change.kind === 'file') entries.files.set(name, change.id);
  if (change.kind !== 'directory') return;
  if (existing && !change.replaces) existing.meta = change.meta;
  else entries.dirs.set(name, DirNode.empty(change.meta));
}
