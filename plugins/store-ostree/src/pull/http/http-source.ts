import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHostError } from '@ostrata/contract';
import { type Checksum, isChecksum, sha256 } from '../../codec/checksum.ts';
import { decodeDetached, type Metadata } from '../../codec/commit.ts';
import { storeError } from '../../errors.ts';
import { objectPath } from '../../repo/object-path.ts';
import type { ObjectWriter } from '../../repo/object-writer.ts';
import { MAX_SUMMARY, parseSummary } from '../../summary/read.ts';
import type { ContentSink } from '../content-sink.ts';
import type { RefName } from '../ref-name.ts';
import type { MetadataType, PullSource, SignedSummary } from '../source.ts';
import type { Served } from './mirrors.ts';
import { isTooLarge, type Network } from './network.ts';
import type { CachedFile, SummaryCache } from './summary-cache.ts';

/** OSTREE_MAX_METADATA_SIZE of libostree. */
const MAX_METADATA = 128 * 1024 * 1024;
/** What it was up to libostree 2022.7: objects that are larger are hardly ever what they should be. */
const OLD_MAX_METADATA = 10 * 1024 * 1024;
/** Of signatures, several of which may come at one time: far more than there are keys. */
const MAX_DETACHED = 16 * 1024 * 1024;
const MAX_REF = 4096;
const SHOWN_OF_REF = 64;
/** Objects of more bytes go through a file. */
const MAX_IN_MEMORY = 4 * 1024 * 1024;
/** And so do those that say they unpack to more. */
const MAX_UNPACKED = 16 * 1024 * 1024;

export interface HttpPlaces {
  readonly served: Served;
  /** URLs of objects and deltas, where they are not beside refs, summary and detached metadata (`contenturl`). */
  readonly content: readonly string[];
  /** Directory of the repository that is pulled into. */
  readonly repository: string;
  /** Where signed summaries are kept. */
  readonly cache: SummaryCache | undefined;
}

/** An archive that a server has. */
export class HttpSource implements PullSource {
  readonly local = false;
  readonly #network: Network;
  readonly #places: HttpPlaces;
  readonly #writer: ObjectWriter;
  readonly #sink: ContentSink;
  #large: Promise<unknown> = Promise.resolve();
  #summary: Promise<SignedSummary | null> | undefined;
  #fetched: { readonly summary: CachedFile; readonly signature: CachedFile } | undefined;

  constructor(network: Network, places: HttpPlaces, writer: ObjectWriter, sink: ContentSink) {
    this.#network = network;
    this.#places = places;
    this.#writer = writer;
    this.#sink = sink;
  }

  get name(): string {
    return this.#places.served.urls[0]!;
  }

  get absence(): string {
    return `: the server answers with HTTP ${this.#network.absence}`;
  }

  summary(options: { readonly fresh?: boolean } = {}): Promise<SignedSummary | null> {
    if (options.fresh) this.#summary = undefined;
    this.#summary ??= this.#fetchSummary(options.fresh ? undefined : this.#places.cache);
    return this.#summary;
  }

  keepSummary(): void {
    if (this.#fetched) this.#places.cache?.save(this.#fetched.summary, this.#fetched.signature);
  }

  async ref({ collection, ref }: RefName): Promise<Checksum | null> {
    const path = collection === null ? `refs/heads/${ref}` : `refs/mirrors/${collection}/${ref}`;
    const bytes = await this.file(path, MAX_REF);
    if (bytes === null) return null;
    const text = Buffer.from(bytes).toString('latin1').trimEnd();
    if (isChecksum(text)) return text;
    // What is no checksum may be a whole page.
    const shown = text.slice(0, SHOWN_OF_REF).replace(/[^ -~]/g, ' ');
    throw storeError(
      'OSTREE_PULL_CORRUPT',
      `Fetching checksum for ref (${collection ?? '(empty)'}, ${ref}): Invalid rev ${shown}`,
      {
        hint: `Check the URL ${this.name}: it may lead to a page about something else.`,
        data: { ref, from: this.name },
      },
    );
  }

  async metadata(id: Checksum, type: MetadataType): Promise<Uint8Array | null> {
    const path = `objects/${objectPath(id, type, 'archive')}`;
    let bytes: Uint8Array | null;
    try {
      bytes = await this.contentFile(path, MAX_IN_MEMORY);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      // One at a time, so that a server that sends what is large for all of them does not fill the memory.
      const work = this.#large.then(() => this.#largeMetadata(id, type, path));
      this.#large = work.catch(() => undefined);
      return work;
    }
    return bytes && this.#checked(id, type, bytes);
  }

  async #largeMetadata(id: Checksum, type: MetadataType, path: string): Promise<Uint8Array | null> {
    const destination = join(this.#places.repository, 'tmp', `pull-${id}.${type}`);
    try {
      if (!(await this.download(path, destination, MAX_METADATA))) return null;
      return this.#checked(id, type, readFileSync(destination));
    } finally {
      rmSync(destination, { force: true });
    }
  }

  #checked(id: Checksum, type: MetadataType, bytes: Uint8Array): Uint8Array {
    const actual = sha256(bytes);
    if (actual === id) return bytes;
    const size =
      bytes.length > OLD_MAX_METADATA ? `, and its ${bytes.length} bytes exceeded maximum sizes of libostree 2022` : '';
    throw storeError(
      'OSTREE_PULL_CORRUPT',
      `Corrupted ${type} object ${id} from ${this.name}: it has the checksum ${actual}${size}.`,
      {
        hint: 'The repository there is damaged, or somebody changes what it sends: run a check there.',
        data: { object: id, type, from: this.name },
      },
    );
  }

  store(id: Checksum, type: MetadataType, bytes: Uint8Array): void {
    if (this.#writer.writeMetadata(type, bytes) !== id) throw new Error(`the bytes of ${id} are not its own`);
  }

  async tombstone(commit: Checksum): Promise<boolean> {
    const path = objectPath(commit, 'commit', 'archive').replace(/commit$/, 'tombstone-commit');
    return (await this.contentFile(`objects/${path}`, MAX_IN_MEMORY)) !== null;
  }

  async detached(commit: Checksum): Promise<Metadata | null> {
    const bytes = await this.file(`objects/${objectPath(commit, 'commitmeta', 'archive')}`, MAX_DETACHED);
    return bytes === null ? null : decodeDetached(bytes);
  }

  async content(id: Checksum): Promise<void> {
    const path = `objects/${objectPath(id, 'file', 'archive')}`;
    const urls = this.#places.content.map((url) => `${url}/${path}`);
    let bytes: Uint8Array | null;
    try {
      bytes = await this.#network.get(urls, MAX_IN_MEMORY);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      return this.#largeContent(id, urls);
    }
    if (bytes === null) throw this.#missing(id);
    if (contentSize(bytes) <= MAX_UNPACKED) return this.#sink.add(id, bytes);
    const large = this.#largePath(id);
    writeFileSync(large, bytes);
    await this.#sink.addLarge(id, large);
  }

  /** A file of the repository beside its objects; null when it is not there. */
  file(path: string, maxSize: number): Promise<Uint8Array | null> {
    return this.#network.get(
      this.#places.served.urls.map((url) => `${url}/${path}`),
      maxSize,
    );
  }

  /** As `file` for one that is where the content is, as indexes and superblocks of static deltas. */
  contentFile(path: string, maxSize: number): Promise<Uint8Array | null> {
    return this.#network.get(
      this.#places.content.map((url) => `${url}/${path}`),
      maxSize,
    );
  }

  /** A file such as a part of a static delta, which is where the content is, as a file. False when it is not there. */
  download(path: string, destination: string, maxSize: number): Promise<boolean> {
    return this.#network.download(
      this.#places.content.map((url) => `${url}/${path}`),
      destination,
      maxSize,
    );
  }

  finish(): Promise<void> {
    return this.#sink.finish();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  async #largeContent(id: Checksum, urls: readonly string[]): Promise<void> {
    const path = this.#largePath(id);
    if (!(await this.#network.download(urls, path))) throw this.#missing(id);
    await this.#sink.addLarge(id, path);
  }

  /** By the name of the object: what was downloaded of it is gone on with by a later run. */
  #largePath(id: Checksum): string {
    return join(this.#places.repository, 'tmp', `pull-${id}.filez`);
  }

  async #fetchSummary(cache: SummaryCache | undefined): Promise<SignedSummary | null> {
    const known = whole(cache?.load('summary'));
    const knownSignature = known && cache?.load('summary.sig');
    const signature = await this.#changed('summary.sig', knownSignature);
    const { served } = this.#places;
    // The same signatures are those of the same summary.
    const cached = known && signature && knownSignature && sameBytes(signature.bytes, knownSignature.bytes);
    let summary: CachedFile | null;
    if (cached) summary = known;
    else if (served.summary) summary = { bytes: served.summary, validators: {} };
    else summary = await this.#changed('summary', known);
    if (summary === null) return null;
    this.#fetched = cached || signature === null ? undefined : { summary, signature };
    const metadata = signature && decodeDetached(signature.bytes);
    return {
      bytes: summary.bytes,
      summary: parseSummary(summary.bytes, `${this.name}/summary`),
      signature: metadata && { bytes: signature.bytes, metadata },
      cached: Boolean(cached),
    };
  }

  async #changed(path: string, known: CachedFile | undefined): Promise<CachedFile | null> {
    const urls = this.#places.served.urls.map((url) => `${url}/${path}`);
    const fetched = await this.#network.fetch(urls, MAX_SUMMARY, { validators: known?.validators ?? {} });
    if (fetched === null) return null;
    return fetched.bytes === null ? known! : { bytes: fetched.bytes, validators: fetched.validators };
  }

  #missing(id: Checksum) {
    return storeError('OSTREE_PULL_MISSING', `${this.name} lacks the file object ${id}${this.absence}.`, {
      hint: 'The repository there is not complete: run a check there, or pull again when an upload has ended.',
      data: { object: id, from: this.name },
    });
  }
}

/** What was kept may have been spoilt: then it is as if nothing were there. */
function whole(summary: CachedFile | undefined): CachedFile | undefined {
  try {
    if (summary) parseSummary(summary.bytes, 'what was kept');
    return summary;
  } catch (error) {
    if (isHostError(error)) return undefined;
    throw error;
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What the header of a file object says of the bytes of its content: its first field, after the length of the header. */
function contentSize(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length < 16 ? 0 : Number(view.getBigUint64(8));
}
