import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { decodeDetached, type Metadata } from '../codec/commit.ts';
import { storeError } from '../errors.ts';
import { checkObject } from '../fsck/check-object.ts';
import { listCollectionRefs, ownCollection } from '../repo/collections.ts';
import { objectPath } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';
import { resolveRev } from '../repo/revs.ts';
import { parseSummary, summaryFile } from '../summary/read.ts';
import { convertFiles, linkObject, type PullTarget, storedAlike } from './local.ts';
import { checkMode } from './receive-file.ts';
import type { RefName } from './ref-name.ts';
import type { MetadataType, PullSource, SignedSummary } from './source.ts';

export interface LocalOptions {
  /** Reads and verifies also what is linked. */
  readonly untrusted: boolean;
  readonly bareUserOnly: boolean;
}

/** A repository on this machine. */
export class LocalSource implements PullSource {
  readonly local = true;
  readonly absence = '';
  readonly repo: Repository;
  readonly #target: PullTarget;
  readonly #options: LocalOptions;
  readonly #converted: Checksum[] = [];

  constructor(repo: Repository, target: PullTarget, options: LocalOptions) {
    this.repo = repo;
    this.#target = target;
    this.#options = options;
  }

  get name(): string {
    return this.repo.path;
  }

  /** The collection that the refs of the repository belong to. */
  get collection(): string | undefined {
    return ownCollection(this.repo);
  }

  async summary(): Promise<SignedSummary | null> {
    const bytes = summaryFile(this.repo);
    if (bytes === undefined) return null;
    const path = join(this.repo.path, 'summary');
    let signature: Buffer | null = null;
    try {
      signature = readFileSync(`${path}.sig`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return {
      bytes,
      summary: parseSummary(bytes, path),
      signature: signature && { bytes: signature, metadata: decodeDetached(signature) },
    };
  }

  keepSummary(): void {}

  async ref({ collection, ref }: RefName): Promise<Checksum | null> {
    if (collection === null || collection === this.collection) return resolveRev(this.repo, ref) ?? null;
    const refs = listCollectionRefs(this.repo, { collection, remotes: true });
    return refs.find((found) => found.ref === ref)?.commit ?? null;
  }

  async metadata(id: Checksum, type: MetadataType): Promise<Uint8Array | null> {
    return this.repo.find(id, type) === undefined ? null : this.repo.readMetadata(id, type);
  }

  async tombstone(commit: Checksum): Promise<boolean> {
    const path = join(this.repo.objectsPath, objectPath(commit, 'commit', this.repo.mode));
    return existsSync(path.replace(/commit$/, 'tombstone-commit'));
  }

  async detached(commit: Checksum): Promise<Metadata | null> {
    if (this.repo.find(commit, 'commitmeta') === undefined) return null;
    return decodeDetached(this.repo.readMetadata(commit, 'commitmeta'));
  }

  store(id: Checksum, type: MetadataType, bytes: Uint8Array): void {
    const { writer } = this.#target;
    if (!linkObject(this.repo, writer, id, type)) writer.writeMetadata(type, bytes);
  }

  async content(id: Checksum): Promise<void> {
    if (this.repo.find(id, 'file') === undefined) {
      throw storeError('OSTREE_PULL_MISSING', `${this.name} lacks the file object ${id}.`, {
        hint: 'The repository is not complete: run a check of it.',
        data: { object: id, from: this.name },
      });
    }
    if (this.#options.bareUserOnly) {
      checkMode(id, this.repo.inspectFile(id).meta, { from: this.name, bareUserOnly: true, trusted: false });
    }
    const alike = storedAlike(this.repo, this.#target.repo, id);
    if (alike && this.#options.untrusted) checkObject(this.repo, id, 'file');
    if (!alike || !linkObject(this.repo, this.#target.writer, id, 'file')) this.#converted.push(id);
  }

  async finish(): Promise<void> {
    const files = this.#converted.splice(0);
    await convertFiles(this.repo, this.#target, files, { total: files.length, trusted: !this.#options.untrusted });
  }

  async close(): Promise<void> {}
}
