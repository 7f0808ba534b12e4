import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CompressionError, compressXz } from '@ostrata/compression';
import { sha256 } from '../codec/checksum.ts';
import { decodeMetadata, type Metadata, metadataToValue } from '../codec/commit.ts';
import { makePatch } from '../codec/delta/bsdiff.ts';
import { type DeltaName, deltaPath } from '../codec/delta/name.ts';
import { COMPRESSION } from '../codec/delta/part.ts';
import { matchPieces } from '../codec/delta/rollsum.ts';
import { encodeSigned } from '../codec/delta/signed.ts';
import { type Endianness, encodeSuperblock, type Fallback, type PartHeader } from '../codec/delta/superblock.ts';
import { type Variant, variant } from '../codec/gvariant/index.ts';
import { storeError } from '../errors.ts';
import { lockRepository } from '../repo/lock.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { superblockPath } from './names.ts';
import { type BuiltPart, PartBuilder } from './part-builder.ts';
import { type DeltaPlan, type ModifiedFile, objectSize, planDelta } from './plan.ts';
import type { SizedFile } from './similar-files.ts';

/** How a delta is made; sizes are in bytes. The defaults are libostree's. */
export interface GenerateOptions {
  /** A file that is larger and resembles none is left to be fetched by itself; 0 for never. 4 MB. */
  readonly minFallbackSize?: number;
  /** Only where the old and the new file together are no larger is a patch made. 128 MB. */
  readonly maxBsdiffSize?: number;
  /** A part is not made larger, before compression, but for a single object. 32 MB. */
  readonly maxChunkSize?: number;
  readonly bsdiff?: boolean;
  /** The parts are put into the file of the superblock. */
  readonly inline?: boolean;
  readonly endianness?: Endianness;
  /** The file of the superblock, with the parts beside it; in the repository when left out. */
  readonly filename?: string;
  /** What the superblock's metadata begin with. */
  readonly metadata?: Metadata;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  /** Called after every object; may throw to stop. */
  readonly advance?: (done: number, total: number) => void;
}

/** What a delta became. */
export interface GeneratedDelta {
  /** The file of the superblock. */
  readonly path: string;
  readonly parts: readonly PartHeader[];
  readonly fallbacks: readonly Fallback[];
  /** How many files were made of pieces of others, of patches, and left to be fetched. */
  readonly rollsums: number;
  readonly patches: number;
}

const MEGABYTE = 1_000_000;
/** Files are in memory while they are packed: larger ones are always left to be fetched by themselves. */
const MAX_FILE = 2 ** 30;
/**
 * libostree takes level 8, which is this one with a window of 32 MiB in place of 8. That takes four times the memory; deltas of
 * real updates become no smaller by it, and from nothing by one part in a hundred.
 */
const XZ_LEVEL = 6;
/** A file is made of pieces of another when that has at least half of them. */
const ENOUGH_PIECES = 0.5;

/** A delta of which the parts are written, but not yet what makes it one. */
export interface PreparedDelta {
  /** The bytes that signatures cover. */
  readonly superblock: Buffer;
  /** Writes the superblock, with signatures by the keys of detached metadata where they are given. */
  write(signatures?: Metadata): GeneratedDelta;
}

/**
 * Makes a static delta between two commits of a repository, or from nothing, and writes it: parts first, the superblock last, so that a
 * delta that can be seen is complete. Throws OSTREE_OBJECT_MISSING for commits that are not there whole and OSTREE_DELTA_COMPRESSION.
 */
export function generateDelta(repo: Repository, name: DeltaName, options: GenerateOptions = {}): GeneratedDelta {
  return prepareDelta(repo, name, options).write();
}

/** As `generateDelta`, up to the superblock: it may be signed before it is written. */
export function prepareDelta(repo: Repository, name: DeltaName, options: GenerateOptions = {}): PreparedDelta {
  using _lock = lockRepository(join(repo.path, '.lock'), 'shared', repo.config);
  const commit = repo.readMetadata(name.to, 'commit');
  const path = options.filename === undefined ? superblockPath(repo, name) : resolve(options.filename);
  if (options.filename === undefined) mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
  const packer = new Packer(repo, path, options);
  packer.pack(planDelta(repo, name.from, name.to));
  const metadata = new Map<string, Variant>(options.metadata);
  packer.inline.forEach((bytes, index) => {
    metadata.set(`${deltaPath(name)}/${index}`, variant('(yay)', [bytes[0]!, bytes.subarray(1)]));
  });
  if (repo.find(name.to, 'commitmeta') !== undefined) {
    const detached = decodeMetadata(repo.readMetadata(name.to, 'commitmeta'));
    metadata.set(`${deltaPath(name)}/commitmeta`, variant('a{sv}', metadataToValue(detached)));
  }
  const { parts, fallbacks, rollsums, patches } = packer;
  const superblock = encodeSuperblock(
    {
      metadata,
      timestamp: BigInt(options.timestamp ?? Math.floor(Date.now() / 1000)),
      ...name,
      commit,
      parents: [],
      parts,
      fallbacks,
    },
    options.endianness ?? 'little',
  );
  return {
    superblock,
    write: (signatures) => {
      const file = signatures === undefined ? superblock : encodeSigned({ superblock, signatures });
      replaceFile(path, file, { fsync: repo.config.fsync });
      if (options.filename === undefined) removeOldParts(dirname(path), options.inline ? 0 : parts.length);
      return { path, parts, fallbacks, rollsums, patches };
    },
  };
}

/** Parts of a longer delta that stood here before. */
function removeOldParts(directory: string, count: number): void {
  for (const name of readdirSync(directory)) {
    if (/^\d+$/.test(name) && Number(name) >= count) rmSync(join(directory, name));
  }
}

class Packer {
  readonly parts: PartHeader[] = [];
  readonly fallbacks: Fallback[] = [];
  /** The files of the parts, when they are to be inline. */
  readonly inline: Buffer[] = [];
  rollsums = 0;
  patches = 0;
  readonly #repo: Repository;
  readonly #path: string;
  readonly #options: GenerateOptions;
  readonly #maxChunk: number;
  #builder = new PartBuilder();

  constructor(repo: Repository, path: string, options: GenerateOptions) {
    this.#repo = repo;
    this.#path = path;
    this.#options = options;
    this.#maxChunk = options.maxChunkSize ?? 32 * MEGABYTE;
  }

  pack({ metadata, modified, fresh, symlinks }: DeltaPlan): void {
    const total = metadata.length + modified.length + fresh.length + symlinks.length;
    let done = 0;
    const advance = () => this.#options.advance?.(++done, total);
    for (const object of metadata) {
      const bytes = this.#repo.readMetadata(object.id, object.type as 'dirtree');
      this.#makeRoom(bytes.length);
      this.#builder.addMetadata(object, bytes);
      advance();
    }
    for (const file of modified) {
      this.#addModified(file);
      advance();
    }
    for (const file of fresh) {
      this.#addFresh(file);
      advance();
    }
    for (const { id } of symlinks) {
      this.#makeRoom(0);
      this.#builder.addFile(id, this.#repo.inspectFile(id).meta, new Uint8Array());
      advance();
    }
    this.#finishPart();
  }

  #addModified({ file, source }: ModifiedFile): void {
    if (file.size + source.size > MAX_FILE) {
      this.#addFresh(file);
      return;
    }
    const { meta, content } = this.#repo.readFile(file.id);
    const old = this.#repo.readFile(source.id).content;
    const { matches, pieces, matching } = matchPieces(old, content);
    if (matching >= pieces * ENOUGH_PIECES) {
      this.#makeRoom(0);
      this.#builder.addMatches(file.id, meta, content, source.id, matches);
      this.rollsums++;
    } else if (
      (this.#options.bsdiff ?? true) &&
      old.length + content.length <= (this.#options.maxBsdiffSize ?? 128 * MEGABYTE)
    ) {
      this.#makeRoom(0);
      this.#builder.addPatch(file.id, meta, content.length, source.id, makePatch(old, content));
      this.patches++;
    } else this.#addFresh(file);
  }

  #addFresh(file: SizedFile): void {
    const limit = this.#options.minFallbackSize ?? 4 * MEGABYTE;
    if (file.size > MAX_FILE || (limit > 0 && objectSize(this.#repo, file) > limit)) {
      const stored = lstatSync(this.#repo.locate(file.id, 'file')).size;
      const { id, size } = file;
      this.fallbacks.push({ type: 'file', id, size: BigInt(stored), uncompressedSize: BigInt(size) });
      return;
    }
    this.#makeRoom(file.size);
    const { meta, content } = this.#repo.readFile(file.id);
    this.#builder.addFile(file.id, meta, content);
  }

  /** Begins another part when so many bytes more would make this one too large. */
  #makeRoom(size: number): void {
    if (this.#builder.isEmpty || this.#builder.size + size <= this.#maxChunk) return;
    this.#finishPart();
    this.#builder = new PartBuilder();
  }

  #finishPart(): void {
    const built = this.#builder.build();
    const bytes = compressPart(built);
    if (this.#options.inline) this.inline.push(bytes);
    else {
      const path = join(dirname(this.#path), String(this.parts.length));
      replaceFile(path, bytes, { fsync: this.#repo.config.fsync });
    }
    this.parts.push({
      version: 0,
      checksum: sha256(bytes),
      size: BigInt(bytes.length),
      uncompressedSize: BigInt(built.uncompressedSize),
      objects: built.objects,
    });
  }
}

function compressPart({ pieces }: BuiltPart): Buffer {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  try {
    return Buffer.concat([Uint8Array.of(COMPRESSION.xz), compressXz(pieces, { level: XZ_LEVEL, size })]);
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    throw storeError('OSTREE_DELTA_COMPRESSION', `A static delta cannot be made: ${error.message}.`, {
      hint: 'Install liblzma (the package xz-libs or liblzma5).',
      cause: error,
    });
  }
}
