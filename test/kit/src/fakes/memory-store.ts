import { mkdirSync } from 'node:fs';
import {
  type CheckReport,
  type CommitMeta,
  type Context,
  canonicalJson,
  type Json,
  type Metadata,
  type ObjectStore,
  type ObjectStores,
  type ReadonlyTree,
  type StoredCommit,
  type Tree,
  type TreeWriter,
} from '@ostrata/core';
import { kitError } from '../errors.ts';
import { sha256 } from './digest.ts';
import { writeDirectory } from './materialize.ts';
import { MemoryTree } from './memory-tree.ts';
import { MemoryWriter } from './memory-writer.ts';
import { cloneNode, type DirectoryNode, nodeId } from './tree-node.ts';

interface CommitObject {
  readonly stored: StoredCommit;
  readonly root: DirectoryNode;
}

/** A repository in memory. Several handles may show the same one: see {@link MemoryStores}. */
export class MemoryStore implements ObjectStore {
  readonly location: string;
  readonly mode = 'bare-user';
  readonly blobs = new Map<string, Uint8Array>();
  readonly writer;
  readonly #commits = new Map<string, CommitObject>();
  readonly #refs = new Map<string, string>();
  readonly #detached = new Map<string, Metadata>();
  readonly #peers: MemoryStores;

  constructor(location: string, peers: MemoryStores) {
    this.location = location;
    this.#peers = peers;
    this.writer = { module: import.meta.url, location };
  }

  async resolve(rev: string): Promise<string | null> {
    const parents = /\^*$/.exec(rev)?.[0].length ?? 0;
    const name = rev.slice(0, rev.length - parents);
    let id: string | null = this.#refs.get(name) ?? this.#byPrefix(name);
    for (let step = 0; step < parents && id !== null; step += 1) id = this.#commit(id).stored.parent;
    return id;
  }

  async has(commit: string): Promise<boolean> {
    return this.#commits.has(commit);
  }

  async readCommit(id: string): Promise<StoredCommit> {
    return this.#commit(id).stored;
  }

  async refs(prefix = ''): Promise<ReadonlyMap<string, string>> {
    const found = [...this.#refs].filter(([ref]) => prefix === '' || ref === prefix || ref.startsWith(`${prefix}/`));
    return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async setRef(ref: string, commit: string | null): Promise<void> {
    if (ref === '' || ref.split('/').some((part) => part === '' || part === '..' || part === '.')) {
      throw kitError('FAKE_STORE', `${JSON.stringify(ref)} is no name for a ref.`);
    }
    if (commit === null) this.#refs.delete(ref);
    else this.#refs.set(ref, this.#commit(commit).stored.id);
  }

  async openTree(commit: string | null): Promise<Tree> {
    return new MemoryTree(this, commit);
  }

  async commit(tree: ReadonlyTree, meta: CommitMeta): Promise<string> {
    if (!(tree instanceof MemoryTree)) throw kitError('FAKE_STORE', 'A tree of another repository was given.');
    return this.addCommit(cloneNode(tree.root), meta);
  }

  /** Also for the writer. */
  addCommit(root: DirectoryNode, meta: CommitMeta): string {
    const { parent, subject, body, timestamp, metadata } = meta;
    const facts = { parent, subject, body, timestamp, metadata } as unknown as Json;
    const id = sha256('commit', nodeId(root), canonicalJson(facts));
    this.#commits.set(id, { root, stored: { id, parent, subject, body, timestamp, metadata } });
    return id;
  }

  rootOf(commit: string): DirectoryNode {
    return this.#commit(commit).root;
  }

  newTree(): TreeWriter {
    return new MemoryWriter(this);
  }

  async pull(from: string, revs: readonly string[], ctx: Context): Promise<ReadonlyMap<string, string>> {
    ctx.signal.throwIfAborted();
    const other = this.#peers.find(from);
    const pulled = new Map<string, string>();
    for (const rev of revs) {
      const id = await other.resolve(rev);
      if (id === null) throw kitError('FAKE_STORE', `${from} has no ${rev}.`);
      this.#commits.set(id, other.#commit(id));
      for (const [blob, content] of other.blobs) this.blobs.set(blob, content);
      if (other.#refs.has(rev)) this.#refs.set(rev, id);
      pulled.set(rev, id);
    }
    return pulled;
  }

  async checkout(commit: string, destination: string, { subpath = '' }: { readonly subpath?: string }): Promise<void> {
    const whole = new MemoryTree(this, commit);
    const tree = new MemoryTree(this, null);
    for (const name of whole.list(subpath)) {
      tree.root.children.set(name, whole.node(subpath === '' ? name : `${subpath}/${name}`));
    }
    mkdirSync(destination);
    writeDirectory(tree, destination);
  }

  async detachedMetadata(commit: string): Promise<Metadata> {
    return this.#detached.get(commit) ?? {};
  }

  async setDetachedMetadata(commit: string, metadata: Metadata): Promise<void> {
    this.#detached.set(this.#commit(commit).stored.id, metadata);
  }

  async commitBytes(id: string): Promise<Uint8Array> {
    return Buffer.from(canonicalJson(this.#commit(id).stored as unknown as Json));
  }

  async check(): Promise<CheckReport> {
    const problems = [...this.#refs].flatMap(([ref, id]) =>
      this.#commits.has(id) ? [] : [{ object: id, problem: `missing, although ${ref} names it` }],
    );
    return { objects: this.#commits.size + this.blobs.size, problems };
  }

  async prune(): Promise<{ removed: number; bytes: number }> {
    const keep = new Set(this.#refs.values());
    let removed = 0;
    for (const id of [...this.#commits.keys()]) {
      if (keep.has(id)) continue;
      this.#commits.delete(id);
      removed += 1;
    }
    return { removed, bytes: 0 };
  }

  close(): void {}

  #byPrefix(prefix: string): string | null {
    if (!/^[0-9a-f]{4,64}$/.test(prefix)) return null;
    const found = [...this.#commits.keys()].filter((id) => id.startsWith(prefix));
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  #commit(id: string): CommitObject {
    const commit = this.#commits.get(id);
    if (commit === undefined) throw kitError('FAKE_STORE', `${this.location} has no commit ${id}.`);
    return commit;
  }
}

/** All repositories of a world, by location. */
export class MemoryStores implements ObjectStores {
  readonly #stores = new Map<string, MemoryStore>();

  async exists(location: string): Promise<boolean> {
    return this.#stores.has(location);
  }

  async open(location: string): Promise<MemoryStore> {
    return this.find(location);
  }

  async ensure(location: string): Promise<MemoryStore> {
    const store = this.#stores.get(location) ?? new MemoryStore(location, this);
    this.#stores.set(location, store);
    return store;
  }

  find(location: string): MemoryStore {
    const store = this.#stores.get(location);
    if (store === undefined) throw kitError('FAKE_STORE', `${location} is no repository.`);
    return store;
  }

  /** What a reader of the repositories can see: their refs. */
  async visible(): Promise<{ readonly [location: string]: { readonly [ref: string]: string } }> {
    const entries = [...this.#stores].map(
      async ([location, store]) => [location, Object.fromEntries(await store.refs())] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
}
