import { createReadStream, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { type CommitObject, encodeCommit, type Metadata } from '../codec/commit.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { variant } from '../codec/gvariant/index.ts';
import { encodeSizeEntry, SIZES_KEY } from '../codec/sizes.ts';
import { DeviceInodeCache } from '../commit/device-inode-cache.ts';
import { importDirectory } from '../commit/import-directory.ts';
import { removeTree } from '../repo/remove-tree.ts';
import type { Repository } from '../repo/repository.ts';
import { WriteSession } from '../store/session.ts';
import { commitLabeler, splitTree } from './commit-labels.ts';
import { commitMessage } from './commit-message.ts';
import { commitMetadata, stringMetadata } from './commit-metadata.ts';
import { CountingWriter, type WriteCounts } from './counting-writer.ts';
import { parseDateTime } from './datetime.ts';
import { VerbError } from './error.ts';
import { failpoint } from './failpoint.ts';
import { Modifier } from './modifier.ts';
import { resolve, tryResolve } from './resolve.ts';
import { checkRefPlace, setRef } from './set-ref.ts';
import { detachedMetadata } from './signing/commit.ts';
import { isSigned, signBytes, signingKeys } from './signing/sign.ts';
import { importArchive } from './tar-tree.ts';
import { dropTombstones } from './tombstones.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { Invocation, OptionValues } from './verb.ts';

/** One `ostree commit`. */
export class CommitRun {
  readonly #repo: Repository;
  readonly #call: Invocation;
  readonly #options: OptionValues;
  readonly #branch: string | undefined;

  constructor(repo: Repository, call: Invocation) {
    this.#repo = repo;
    this.#call = call;
    this.#options = call.options;
    this.#branch = call.options.text('branch');
  }

  async run(): Promise<void> {
    const options = this.#options;
    const modifier = this.#modifier();
    if (this.#branch === undefined && !options.flag('orphan')) {
      throw new VerbError('A branch must be specified with --branch, or use --orphan');
    }
    if (this.#branch !== undefined) checkRefPlace(this.#repo, this.#branch);
    const parent = this.#parent();
    if (parent === undefined && options.flag('keep-metadata')) {
      throw new VerbError('Either --branch or --parent must be specified when using --keep-metadata');
    }
    const detached = stringMetadata(options.list('add-detached-metadata-string'));
    const message = commitMessage(options, this.#branch, this.#call.terminal);
    const timestamp = this.#timestamp();
    const session = new WriteSession(this.#repo);
    const writer = new CountingWriter(this.#repo, session.writer, { sizes: options.flag('generate-sizes') });
    try {
      const root = await this.#tree(session, writer, modifier);
      modifier?.finish(this.#call.terminal);
      if (parent !== undefined && options.flag('skip-if-unchanged') && this.#sameTree(parent, root)) {
        this.#report(parent, writer.counts);
        return;
      }
      const metadata = commitMetadata(this.#repo, options, { parent, root });
      if (writer.sizes && writer.sizes.size > 0) {
        const entries = [...writer.sizes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
        metadata.set(SIZES_KEY, variant('aay', entries.map(encodeSizeEntry)));
      }
      const object: CommitObject = {
        metadata,
        parent,
        related: [],
        subject: message.subject,
        body: message.body,
        timestamp: BigInt(timestamp),
        tree: root.tree,
        meta: root.meta,
      };
      const id = session.writer.writeCommit(object);
      writer.commitWritten();
      const signed = await this.#sign(id, encodeCommit(object), detached);
      if (signed.size > 0) session.writer.writeCommitMeta(id, signed);
      failpoint('pre-commit', this.#call.terminal);
      session.flush();
      dropTombstones(this.#repo);
      if (this.#branch !== undefined) setRef(this.#repo, this.#branch, id);
      this.#report(id, writer.counts);
      if (options.flag('consume')) this.#consume();
    } catch (error) {
      // As with libostree the next run finds what this one has written.
      session.abandon();
      throw error;
    } finally {
      session.close();
    }
  }

  /** Detached metadata with the signatures that were asked for; a commit that was there already keeps those it has. */
  async #sign(id: Checksum, bytes: Uint8Array, detached: Metadata): Promise<Metadata> {
    const keys = signingKeys(this.#options);
    if (!isSigned(keys)) return detached;
    const before = detached.size > 0 ? detached : (detachedMetadata(this.#repo, id) ?? detached);
    const once = { repository: this.#repo.path };
    return this.#call.terminal.withContext((ctx) => signBytes(bytes, before, keys, ctx, once));
  }

  #modifier(): Modifier | undefined {
    const options = this.#options;
    const uid = options.count('owner-uid', -1);
    const gid = options.count('owner-gid', -1);
    const canonical = options.flag('canonical-permissions') || this.#repo.mode === 'bare-user-only';
    if (options.flag('canonical-permissions') && uid > 0) {
      throw new VerbError('Cannot specify both --canonical-permissions and non-zero --owner-uid');
    }
    if (options.flag('canonical-permissions') && gid > 0) {
      throw new VerbError('Cannot specify both --canonical-permissions and non-zero --owner-gid');
    }
    const used = ['consume', 'devino-canonical', 'generate-sizes', 'statoverride', 'skip-list', 'no-xattrs'];
    used.push('mode-ro-executables', 'owner-uid', 'owner-gid', 'selinux-policy', 'selinux-policy-from-base');
    if (!canonical && !used.some((name) => options.flag(name))) return undefined;
    return new Modifier({
      uid: uid < 0 ? undefined : uid,
      gid: gid < 0 ? undefined : gid,
      canonical,
      readOnlyExecutables: options.flag('mode-ro-executables'),
      skipXattrs: options.flag('no-xattrs'),
      statoverride: options.text('statoverride'),
      skipList: options.text('skip-list'),
      label: commitLabeler(this.#repo, options, this.#trees()[0]!),
    });
  }

  #parent(): Checksum | undefined {
    const given = this.#options.text('parent');
    if (given === 'none') return undefined;
    if (given !== undefined) {
      if (!isChecksum(given)) throw new VerbError(`Invalid rev ${given}`);
      return given;
    }
    if (this.#options.flag('orphan') || this.#branch === undefined) return undefined;
    return tryResolve(this.#repo, this.#branch);
  }

  #timestamp(): number {
    const text = this.#options.text('timestamp');
    const epoch = this.#call.terminal.environment['SOURCE_DATE_EPOCH'];
    if (text === undefined && epoch !== undefined) return sourceDate(epoch);
    const seconds = text === undefined ? Math.floor(Date.now() / 1000) : parseDateTime(text);
    if (seconds === undefined) throw new VerbError(`Could not parse '${text}'`);
    return seconds;
  }

  /** The trees of the command line; without any the directory that is its argument, or the current one. */
  #trees(): readonly string[] {
    const trees = this.#options.list('tree');
    return trees.length > 0 ? trees : [`dir=${this.#call.args[0] ?? '.'}`];
  }

  async #tree(session: WriteSession, writer: CountingWriter, modifier: Modifier | undefined): Promise<DirEntry> {
    const options = this.#options;
    const trust = options.flag('devino-canonical');
    const consume = options.flag('consume');
    const linked = trust || options.flag('link-checkout-speedup') ? DeviceInodeCache.scan(this.#repo) : undefined;
    const base = options.text('base');
    const start = base === undefined ? undefined : this.#repo.readCommit(resolve(this.#repo, base));
    const counted = options.flag('table-output') || writer.sizes !== undefined;
    const trees = this.#trees();
    if (trees.length === 1 && !start && !linked && !counted && !consume && (modifier?.plain ?? true)) {
      const whole = await this.#wholeDirectory(session, trees[0]!);
      if (whole) return whole;
    }
    const builder = new TreeBuilder(this.#repo, writer, { modifier, linked, trustLinks: trust, consume }, start);
    for (const tree of trees) {
      const [type, value] = splitTree(tree);
      if (type === 'dir') builder.addDirectory(value);
      else if (type === 'ref') builder.addTree(this.#repo.readCommit(resolve(this.#repo, value)));
      else if (type === 'tar') builder.addTree(await this.#archive(session, value), true);
      else throw new VerbError(`Invalid tree type specification '${type}'`);
    }
    return builder.finish();
  }

  /** One directory with nothing that depends on paths: in threads, where it is large. */
  async #wholeDirectory(session: WriteSession, tree: string): Promise<DirEntry | undefined> {
    const path = tree.slice('dir='.length);
    if (!tree.startsWith('dir=') || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    const canonical = this.#options.flag('canonical-permissions') || this.#repo.mode === 'bare-user-only';
    const [uid, gid] = [this.#options.count('owner-uid', -1), this.#options.count('owner-gid', -1)];
    const { staging, writer } = session;
    // Threads open the repository for themselves, with what its config says.
    const workers = this.#options.flag('per-object-fsync') ? 1 : availableParallelism();
    const target = { repo: this.#repo, writer, staging: staging.path, workers };
    return importDirectory(target, path, {
      ...(uid < 0 || canonical ? {} : { uid }),
      ...(gid < 0 || canonical ? {} : { gid }),
      canonicalPermissions: canonical,
      skipXattrs: canonical || this.#options.flag('no-xattrs'),
    });
  }

  #archive(session: WriteSession, path: string): Promise<DirEntry> {
    const { terminal } = this.#call;
    const source =
      path === '-' ? createReadStream('', { fd: terminal.input, autoClose: false }) : createReadStream(path);
    return importArchive(this.#repo, session, source, {
      name: path,
      autocreateParents: this.#options.flag('tar-autocreate-parents'),
      pathnameFilter: this.#options.text('tar-pathname-filter'),
    });
  }

  #sameTree(commit: Checksum, root: DirEntry): boolean {
    const { tree, meta } = this.#repo.readCommit(commit);
    return tree === root.tree && meta === root.meta;
  }

  #report(id: Checksum, counts: WriteCounts): void {
    const { terminal } = this.#call;
    if (!this.#options.flag('table-output')) {
      terminal.out(`${id}\n`);
      return;
    }
    terminal.out(
      [
        `Commit: ${id}`,
        `Metadata Total: ${counts.metadataTotal}`,
        `Metadata Written: ${counts.metadataWritten}`,
        `Content Total: ${counts.contentTotal}`,
        `Content Written: ${counts.contentWritten}`,
        `Content Cache Hits: ${counts.cacheHits}`,
        `Content Bytes Written: ${counts.contentBytes}\n`,
      ].join('\n'),
    );
  }

  /** Only now is everything in the repository. */
  #consume(): void {
    for (const tree of this.#trees()) if (tree.startsWith('dir=')) removeTree(tree.slice('dir='.length));
  }
}

/** The time of a build that is to be reproduced (reproducible-builds.org, SOURCE_DATE_EPOCH). */
function sourceDate(text: string): number {
  if (!/^\d+$/.test(text)) throw new VerbError('Failed to convert SOURCE_DATE_EPOCH');
  if (BigInt(text) >= 2n ** 63n) throw new VerbError('Parsing SOURCE_DATE_EPOCH: Numerical result out of range');
  return Number(text);
}
