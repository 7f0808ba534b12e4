import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type {
  CheckReport,
  CommitMeta,
  Context,
  Metadata,
  ObjectStore,
  ReadonlyTree,
  StoredCommit,
  StorePullOptions,
  Tree,
  TreeWriter,
  WriterDescriptor,
} from '@ostrata/contract';
import { Checkout } from '../checkout/checkout.ts';
import { isChecksum } from '../codec/checksum.ts';
import { decodeMetadata } from '../codec/commit.ts';
import { S_IFDIR } from '../codec/mode.ts';
import { NO_XATTRS } from '../codec/xattrs.ts';
import { DeviceInodeCache } from '../commit/device-inode-cache.ts';
import { importDirectory } from '../commit/import-directory.ts';
import type { ImportOptions } from '../commit/import-file.ts';
import { storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { pruneRepository } from '../fsck/prune.ts';
import { localPath } from '../pull/location.ts';
import { lockRepository } from '../repo/lock.ts';
import { deleteRef, listRefs, writeRef } from '../repo/refs.ts';
import { removeTree } from '../repo/remove-tree.ts';
import { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import { addPendingRef } from '../repo/staging.ts';
import type { ArchiveOptions } from '../tar-import/archive-entry.ts';
import { importTar } from '../tar-import/import-tar.ts';
import { DirNode } from '../tree/dir-node.ts';
import { OstreeTree } from '../tree/tree.ts';
import { type RootStrategy, TreeStore } from '../tree/tree-store.ts';
import type { WriterLocation } from '../writer.ts';
import { checkStore } from './check-store.ts';
import { commitObject } from './commit-object.ts';
import { findInCommit } from './find-in-commit.ts';
import { metadataFromJson, metadataToJson } from './metadata.ts';
import { pullCommits } from './pull-commits.ts';
import { WriteSession } from './session.ts';
import { NewTree } from './tree-writer.ts';

export interface StoreOptions {
  /** Whether commits note the ref they are made for (`ostree.ref-binding`). */
  readonly refBinding: boolean;
  readonly rootStrategy: RootStrategy;
}

export interface DirectoryOptions extends Omit<ImportOptions, 'known'> {
  /** Hard links to objects of the repository are known by their inodes and not read: good for a checkout nobody wrote to in place. */
  readonly linked?: boolean;
  /** Threads that may read and write files. */
  readonly workers?: number;
}

/** Module whose `openTreeWriter` worker threads call. */
const WRITER_MODULE = new URL(import.meta.url.endsWith('.ts') ? '../writer.ts' : '../writer.js', import.meta.url).href;

/** An OSTree repository as the object store of the contract. */
export class OstreeStore implements ObjectStore {
  readonly location: string;
  readonly mode: string;
  readonly #repo: Repository;
  readonly #session: WriteSession;
  readonly #trees: TreeStore;
  readonly #options: StoreOptions;

  constructor(repo: Repository, options: StoreOptions) {
    this.location = repo.path;
    this.mode = repo.mode;
    this.#repo = repo;
    this.#options = options;
    this.#session = new WriteSession(repo);
    this.#trees = new TreeStore(repo, this.#session, options.rootStrategy);
  }

  async resolve(rev: string): Promise<string | null> {
    const commit = resolveRev(this.#repo, rev, this.#session.pendingRefs());
    // Every checksum is a revision; one that names nothing here is none.
    if (commit === undefined || (commit === rev && this.#repo.find(commit, 'commit') === undefined)) return null;
    return commit;
  }

  async has(commit: string): Promise<boolean> {
    return isChecksum(commit) && this.#repo.find(commit, 'commit') !== undefined && !isPartial(this.#repo, commit);
  }

  async readCommit(id: string): Promise<StoredCommit> {
    const { parent, subject, body, timestamp, metadata } = this.#repo.readCommit(this.#checksum(id));
    return {
      id,
      parent: parent ?? null,
      subject,
      body,
      timestamp: Number(timestamp),
      metadata: metadataToJson(metadata),
    };
  }

  async refs(prefix = ''): Promise<ReadonlyMap<string, string>> {
    const refs = [...listRefs(this.#repo), ...this.#session.pendingRefs()];
    const below = prefix.replace(/\/+$/, '');
    const wanted = (ref: string) => below === '' || ref === below || ref.startsWith(`${below}/`);
    return new Map(refs.filter(([ref]) => wanted(ref)).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async setRef(ref: string, commit: string | null): Promise<void> {
    void this.#session.staging;
    this.#session.flush();
    if (commit === null) {
      deleteRef(this.#repo, ref);
      return;
    }
    this.#repo.locate(this.#checksum(commit), 'commit');
    writeRef(this.#repo, ref, commit);
  }

  async openTree(commit: string | null): Promise<Tree> {
    if (commit !== null) {
      const { tree, meta } = this.#repo.readCommit(this.#checksum(commit));
      return new OstreeTree(this.#trees, DirNode.stored({ tree, meta }));
    }
    const meta = this.#trees.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS });
    return new OstreeTree(this.#trees, DirNode.empty(meta));
  }

  /** A tree of what is in a directory of the file system, as `ostree commit --tree=dir=PATH` takes it. */
  async importDirectory(path: string, options: DirectoryOptions = {}): Promise<Tree> {
    const { linked = false, workers = 1, ...rest } = options;
    const { writer, staging } = this.#session;
    const target = { repo: this.#repo, writer, staging: staging.path, workers };
    const known = linked ? { known: DeviceInodeCache.scan(this.#repo) } : {};
    return new OstreeTree(this.#trees, DirNode.stored(await importDirectory(target, path, { ...rest, ...known })));
  }

  /** A tree of a tar archive, as `ostree commit --tree=tar=FILE` takes it. */
  async importTar(archive: Readable, options: ArchiveOptions): Promise<Tree> {
    const tree = await this.openTree(null);
    await importTar(tree, archive, options);
    return tree;
  }

  async commit(tree: ReadonlyTree, meta: CommitMeta): Promise<string> {
    if (!(tree instanceof OstreeTree) || tree.store !== this.#trees) {
      throw storeError('OSTREE_OBJECT_INVALID', `A tree of another store cannot be committed to ${this.location}.`, {
        hint: 'Open the tree with openTree() of the store that commits it.',
        data: { repository: this.location },
      });
    }
    const object = commitObject(tree.rootEntry(), meta, { bindRef: this.#options.refBinding });
    const commit = this.#session.writer.writeCommit(object);
    tree.releaseRoot();
    this.#session.flush();
    return commit;
  }

  newTree(): TreeWriter {
    const { staging, writer } = this.#session;
    return new NewTree(this.#repo.mode, writer, (commit, ref) => {
      if (ref !== null) addPendingRef(staging.path, ref, commit);
      staging.flush();
    });
  }

  get writer(): WriterDescriptor {
    const location: WriterLocation = { repository: this.#repo.path, staging: this.#session.staging.path };
    return { module: WRITER_MODULE, location: JSON.stringify(location) };
  }

  async pull(
    from: string,
    revs: readonly string[],
    ctx: Context,
    { newerThan, commitsOnly = false }: StorePullOptions = {},
  ): Promise<ReadonlyMap<string, string>> {
    ctx.signal.throwIfAborted();
    const remote = /^remote:(.+)$/.exec(from)?.[1];
    const path = remote === undefined ? localPath(from) : undefined;
    if (path === undefined || commitsOnly || newerThan !== undefined) {
      // Loaded on first use: most runs pull nothing.
      const { pullInto } = await import('../pull/index.ts');
      const options = {
        ...(remote === undefined ? { url: from } : { remote }),
        ...(newerThan === undefined ? {} : { timestampCheckFrom: newerThan }),
        commitMetadataOnly: commitsOnly,
        revs,
      };
      const { commits } = await pullInto(this.#repo, this.#session, options, ctx);
      return commits;
    }
    return pullCommits(this.#repo, this.#session, Repository.open(path), revs, ctx);
  }

  async remote(name: string): Promise<{ readonly [option: string]: string } | null> {
    const { listRemotes } = await import('../remote/index.ts');
    const found = listRemotes(this.#repo).find((remote) => remote.name === name);
    return found === undefined ? null : Object.fromEntries(found.options);
  }

  async checkout(
    commit: string,
    destination: string,
    options: { user?: boolean; copy?: boolean; subpath?: string },
  ): Promise<void> {
    const found = findInCommit(this.#repo, this.#checksum(commit), options.subpath ?? '');
    const checkout = new Checkout(this.#repo, { ...options, timeless: true });
    try {
      if ('tree' in found) checkout.directory(found, destination);
      else checkout.file(found.file, destination);
    } catch (error) {
      const exists = error instanceof Error && 'code' in error && error.code === 'OSTREE_CHECKOUT_EXISTS';
      if (!exists) removeTree(destination);
      throw error;
    }
  }

  async detachedMetadata(commit: string): Promise<Metadata> {
    const id = this.#checksum(commit);
    if (this.#repo.find(id, 'commitmeta') === undefined) return {};
    return metadataToJson(decodeMetadata(this.#repo.readMetadata(id, 'commitmeta')));
  }

  async setDetachedMetadata(commit: string, metadata: Metadata): Promise<void> {
    this.#repo.locate(this.#checksum(commit), 'commit');
    this.#session.writer.writeCommitMeta(commit, metadataFromJson(metadata));
    this.#session.flush();
  }

  async commitBytes(id: string): Promise<Uint8Array> {
    return this.#repo.readMetadata(this.#checksum(id), 'commit');
  }

  async check(ctx: Context): Promise<CheckReport> {
    this.#session.flush();
    return checkStore(this.#repo, ctx);
  }

  async prune(): Promise<{ removed: number; bytes: number }> {
    this.#session.close();
    using _lock = lockRepository(join(this.#repo.path, '.lock'), 'exclusive', this.#repo.config);
    return pruneRepository(this.#repo);
  }

  close(): void {
    this.#trees.close();
    this.#session.close();
  }

  #checksum(id: string): string {
    if (isChecksum(id)) return id;
    throw storeError('OSTREE_REV_UNKNOWN', `${JSON.stringify(id)} is not the checksum of a commit.`, {
      hint: 'Resolve refs and short checksums first.',
      data: { commit: id },
    });
  }
}
