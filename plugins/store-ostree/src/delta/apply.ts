import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { type Metadata, metadataFromValue } from '../codec/commit.ts';
import { deltaPath } from '../codec/delta/name.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { storeError } from '../errors.ts';
import { KeyFile } from '../repo/key-file.ts';
import { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';
import { Staging } from '../repo/staging.ts';
import { brokenDelta } from './broken.ts';
import { executePart, type PartTarget } from './execute-part.ts';
import { type OpenDelta, openDelta } from './open-delta.ts';
import { readPart } from './read-part.ts';

export interface ApplyOptions {
  /** That who calls has found a signature of the delta good. */
  readonly verified?: boolean;
  /** Called after every part; may throw to stop. */
  readonly advance?: (done: number, total: number) => void;
}

/**
 * Applies a static delta that is on this machine, a directory or the file of its superblock, and gives the commit it leads to. The
 * repository gets all objects or none. Throws OSTREE_DELTA_INVALID, OSTREE_DELTA_SOURCE, OSTREE_DELTA_FALLBACK,
 * OSTREE_DELTA_SIGNATURE.
 */
export function applyDelta(repo: Repository, location: string | OpenDelta, options: ApplyOptions = {}): Checksum {
  const delta = typeof location === 'string' ? openDelta(location) : location;
  const { superblock } = delta;
  checkSignature(repo, delta, options.verified ?? false);
  const staging = Staging.open(repo);
  try {
    const target = { repo, writer: new ObjectWriter(repo, staging.path) };
    checkSource(target, delta);
    superblock.parts.forEach((_, index) => {
      applyPart(target, delta, index);
      options.advance?.(index + 1, superblock.parts.length);
    });
    writeCommit(target, delta);
    staging.flush();
  } finally {
    staging.close();
  }
  return superblock.to;
}

/** Whether the repository lacks something that a part of a delta makes: else the part need not be fetched. */
export const isPartNeeded = (target: PartTarget, { superblock }: OpenDelta, index: number): boolean =>
  superblock.parts[index]!.objects.some((object) => !isThere(target, object));

/**
 * Makes the objects of one part of a delta, unless all of them are there. `bytes` is the part's file where it was fetched; else the part is
 * read from where the delta has it.
 */
export function applyPart(target: PartTarget, delta: OpenDelta, index: number, bytes?: Uint8Array): void {
  if (!isPartNeeded(target, delta, index)) return;
  const header = delta.superblock.parts[index]!;
  const part = readPart(delta, index, bytes);
  executePart(part, header.objects, `${delta.path}, part ${index}`, target);
}

/** Writes the commit that a delta leads to and its detached metadata. */
export function writeCommit({ writer }: PartTarget, delta: OpenDelta): void {
  const { to, commit } = delta.superblock;
  if (writer.has(to, 'commit')) return;
  const detached = deltaMetadata(delta);
  if (detached) writer.writeCommitMeta(to, detached);
  writer.writeMetadata('commit', commit);
}

/** The detached metadata that a delta brings for its commit; null where it brings none. */
export function deltaMetadata({ superblock, path }: OpenDelta): Metadata | null {
  const detached = superblock.metadata.get(`${deltaPath(superblock)}/commitmeta`);
  if (detached === undefined) return null;
  if (detached.type !== 'a{sv}') throw brokenDelta(path, `its detached metadata have the type ${detached.type}`);
  return metadataFromValue(detached.value);
}

function checkSource(target: PartTarget, { superblock, path }: OpenDelta): void {
  const { repo } = target;
  const { from, to, fallbacks, parents } = superblock;
  if (from !== undefined && repo.find(from, 'commit') === undefined) {
    throw storeError('OSTREE_DELTA_SOURCE', `The commit ${from}, from which the static delta starts, is not there.`, {
      hint: 'Pull that commit first, or apply a delta from nothing.',
      data: { repository: repo.path, path, from, to },
    });
  }
  if (parents.length > 0) throw brokenDelta(path, 'it needs other deltas to be applied before');
  const missing = fallbacks.find((object) => !isThere(target, object));
  if (missing === undefined) return;
  throw storeError(
    'OSTREE_DELTA_FALLBACK',
    `The static delta ${path} leaves ${missing.type} ${missing.id} to be fetched by itself, and it is not there.`,
    {
      hint: 'Pull the commit from its repository, or make the delta with a minimal fallback size of 0.',
      data: { repository: repo.path, path, object: missing.id, fallbacks: fallbacks.length },
    },
  );
}

function isThere({ repo, writer }: PartTarget, { type, id }: DeltaObject): boolean {
  return writer.has(id, type) || repo.find(id, type) !== undefined;
}

/** The setting core.sign-verify-deltas: a signed delta must not be used unverified. */
function mustVerify(repo: Repository): boolean {
  const config = KeyFile.parse(readFileSync(join(repo.path, 'config'), 'utf8'));
  return config.get('core', 'sign-verify-deltas')?.trimEnd() === 'true';
}

function checkSignature(repo: Repository, { signed, path }: OpenDelta, verified: boolean): void {
  if (!signed || verified || !mustVerify(repo)) return;
  throw storeError(
    'OSTREE_DELTA_SIGNATURE',
    `Key is mandatory to check delta signature: that of ${path} was not verified.`,
    {
      hint: 'Give the key of who made the delta.',
      data: { path, signatures: [...signed.signatures.keys()] },
    },
  );
}
