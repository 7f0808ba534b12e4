import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { CodecError } from '../codec/errors.ts';
import {
  applyPart,
  type DeltaName,
  decodeDeltaIndex,
  deltaId,
  deltaIndexPath,
  deltaMetadata,
  deltaPath,
  type OpenDelta,
  parseDeltaId,
  readDelta,
} from '../delta/index.ts';
import { storeError } from '../errors.ts';
import { isPartial } from '../fsck/check.ts';
import { readConfig } from '../repo/collections.ts';
import type { ObjectType } from '../repo/object-path.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { KEY, type Summary, summaryDeltas, summaryFlag } from '../summary/codec.ts';
import type { HttpSource } from './http/http-source.ts';
import type { Shortcut } from './walk.ts';

/** What static deltas bring, or would bring in a dry run. */
export interface DeltaStatistics {
  /** Parts of all deltas, with what is fetched by itself. */
  parts: number;
  fetchedParts: number;
  /** Bytes. */
  size: number;
  fetchedSize: number;
  uncompressedSize: number;
}

const MAX_INDEX = 64 * 1024 * 1024;
const MAX_SUPERBLOCK = 128 * 1024 * 1024;

/** Throws unless a delta has a signature of somebody who is trusted. `name` is for messages. */
export type DeltaCheck = (name: string, signed: NonNullable<OpenDelta['signed']>) => Promise<void>;

/** Brings trees of commits by the static deltas of a server. */
export class DeltaPuller {
  readonly #repo: Repository;
  readonly #writer: ObjectWriter;
  readonly #source: HttpSource;
  readonly #summary: Summary | null;
  readonly #required: boolean;
  readonly #check: DeltaCheck;
  /** Files of superblocks and indexes. */
  #fetched = 0;
  readonly statistics: DeltaStatistics = { parts: 0, fetchedParts: 0, size: 0, fetchedSize: 0, uncompressedSize: 0 };

  constructor(
    repo: Repository,
    writer: ObjectWriter,
    source: HttpSource,
    options: { readonly summary: Summary | null; readonly required: boolean; readonly check: DeltaCheck },
  ) {
    this.#repo = repo;
    this.#writer = writer;
    this.#source = source;
    this.#summary = options.summary;
    this.#required = options.required;
    this.#check = options.check;
  }

  /**
   * Finds the best delta to a commit: from the newest commit that is here, else from nothing when `current`, what the ref had before, is
   * undefined: then only a little is missing, and fetching objects costs less. @throws OSTREE_PULL_DELTA when one is required
   */
  async find(to: Checksum, current: Checksum | undefined): Promise<OpenDelta | null> {
    const offered = await this.#offered(to);
    const whole = (id: Checksum) => this.#repo.find(id, 'commit') !== undefined && !isPartial(this.#repo, id);
    const starts = offered.flatMap(({ name, digest }) =>
      name.from !== undefined && whole(name.from) ? [{ name, digest }] : [],
    );
    const newest = starts
      .map((offer) => ({ offer, time: this.#repo.readCommit(offer.name.from!).timestamp }))
      .sort((a, b) => (a.time < b.time ? 1 : -1))[0]?.offer;
    const scratch = offered.find(({ name }) => name.from === undefined);
    const chosen = newest ?? (current === undefined || this.#required ? scratch : undefined);
    const delta = chosen && (await this.#open(chosen.name, chosen.digest));
    if (delta && (await this.#isAllowed(delta))) return delta;
    if (!this.#required) return null;
    throw storeError('OSTREE_PULL_DELTA', `Static deltas required, but none found for ${to} at ${this.#source.name}.`, {
      hint: 'Pull without requiring static deltas, or have one made there.',
      data: { commit: to, from: this.#source.name },
    });
  }

  /** The best delta to a commit, as a way to bring it. */
  async shortcut(to: Checksum, current: Checksum | undefined): Promise<Shortcut | null> {
    const before = this.#fetched;
    const delta = await this.find(to, current);
    if (delta === null) return null;
    const { commit } = delta.superblock;
    const fetched = this.#fetched - before;
    return { commit, detached: deltaMetadata(delta), fetched, apply: () => this.apply(delta) };
  }

  /** Counts what a delta would bring; a part of which all is here counts as fetched, as in libostree. */
  count({ superblock }: OpenDelta): void {
    const { parts, fallbacks } = superblock;
    this.statistics.parts += parts.length + fallbacks.length;
    for (const { size, uncompressedSize } of [...parts, ...fallbacks]) {
      this.statistics.size += Number(size);
      this.statistics.uncompressedSize += Number(uncompressedSize);
    }
    for (const { objects, size } of parts) {
      if (!this.#isHere(objects)) continue;
      this.statistics.fetchedParts++;
      this.statistics.fetchedSize += Number(size);
    }
  }

  #isHere(objects: readonly { readonly id: Checksum; readonly type: ObjectType }[]): boolean {
    return objects.every(({ id, type }) => this.#writer.has(id, type));
  }

  /** Fetches the parts of a delta and makes their objects, which are checked as all others are. */
  async apply(delta: OpenDelta): Promise<void> {
    this.count(delta);
    const { superblock } = delta;
    for (const { id, type } of superblock.fallbacks) {
      if (type === 'file' && !this.#writer.has(id, 'file')) await this.#source.content(id);
    }
    // What parts take pieces of may be among them.
    await this.#source.finish();
    const directory = mkdtempSync(join(this.#repo.path, 'tmp', 'pull-delta-'));
    try {
      const local: OpenDelta = { ...delta, part: (index) => this.#place(delta, directory, index) };
      for (const [index, { objects, size }] of superblock.parts.entries()) {
        if (this.#isHere(objects)) continue;
        const place = local.part(index);
        if (place.kind === 'file') await this.#fetchPart(superblock, index, place.path, Number(size));
        applyPart({ repo: this.#repo, writer: this.#writer }, local, index);
        rmSync(join(directory, String(index)), { force: true });
        this.statistics.fetchedParts++;
        this.statistics.fetchedSize += Number(size);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  #place(delta: OpenDelta, directory: string, index: number) {
    const place = delta.part(index);
    return place.kind === 'inline' ? place : { kind: 'file' as const, path: join(directory, String(index)) };
  }

  async #fetchPart(name: DeltaName, index: number, path: string, size: number): Promise<void> {
    if (await this.#source.download(`${deltaPath(name)}/${index}`, path, size)) return;
    throw storeError(
      'OSTREE_PULL_MISSING',
      `${this.#source.name} lacks part ${index} of the static delta ${deltaId(name)}.`,
      {
        hint: 'Have the delta made again there, or pull without static deltas.',
        data: { delta: deltaId(name), part: index, from: this.#source.name },
      },
    );
  }

  async #open(name: DeltaName, digest: Checksum): Promise<OpenDelta> {
    const path = `${deltaPath(name)}/superblock`;
    const bytes = await this.#file(path, MAX_SUPERBLOCK);
    if (bytes === null || sha256(bytes) !== digest) {
      throw storeError(
        'OSTREE_PULL_CORRUPT',
        `The static delta ${deltaId(name)} of ${this.#source.name} is not the one that is listed.`,
        {
          hint: 'Have the summary updated there, or pull without static deltas.',
          data: { delta: deltaId(name), from: this.#source.name },
        },
      );
    }
    const delta = readDelta(`${this.#source.name}/${path}`, bytes);
    if (delta.superblock.to === name.to && delta.superblock.from === name.from) return delta;
    throw storeError(
      'OSTREE_PULL_CORRUPT',
      `The static delta ${deltaId(name)} of ${this.#source.name} is another one.`,
      {
        hint: 'Have the delta made again there, or pull without static deltas.',
        data: { delta: deltaId(name), from: this.#source.name },
      },
    );
  }

  /** The deltas to a commit: those of the summary, else of the index that the server has for the commit. */
  async #offered(to: Checksum): Promise<{ readonly name: DeltaName; readonly digest: Checksum }[]> {
    try {
      const listed = this.#summary ? summaryDeltas(this.#summary) : new Map<string, Checksum>();
      const offers = [...listed].flatMap(([id, digest]) => {
        const name = parseDeltaId(id);
        return name?.to === to ? [{ name, digest }] : [];
      });
      if (offers.length > 0) return offers;
      if (this.#summary && !summaryFlag(this.#summary, KEY.indexedDeltas)) return [];
      const bytes = await this.#file(deltaIndexPath(to), MAX_INDEX);
      if (bytes === null) return [];
      return decodeDeltaIndex(bytes)
        .filter(({ name }) => name.to === to)
        .map(({ name, superblock }) => ({ name, digest: superblock }));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw storeError(
        'OSTREE_PULL_CORRUPT',
        `The list of static deltas of ${this.#source.name} is not valid: ${error.message}.`,
        {
          hint: 'Have the summary and the indexes of deltas made again there.',
          data: { from: this.#source.name },
          cause: error,
        },
      );
    }
  }

  async #file(path: string, maxSize: number): Promise<Uint8Array | null> {
    const bytes = await this.#source.contentFile(path, maxSize);
    if (bytes !== null) this.#fetched++;
    return bytes;
  }

  /** The setting core.sign-verify-deltas: only what somebody trusted has signed is used. Objects that are fetched one by one need it not. */
  async #isAllowed({ superblock, signed }: OpenDelta): Promise<boolean> {
    if (readConfig(this.#repo).get('core', 'sign-verify-deltas')?.trim() !== 'true') return true;
    if (!signed) return false;
    try {
      await this.#check(`The static delta ${deltaId(superblock)}`, signed);
      return true;
    } catch (error) {
      if (this.#required) throw error;
      return false;
    }
  }
}
