import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Checksum } from '@ostrata/contract';
import { sourceError } from './errors.ts';

const BLOCK = 1 << 20;

/** Size of a regular file; null when there is none. */
export function fileSize(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : null;
}

/** Algorithms of rpm-md; `sha` is what old metadata call SHA-1. */
const ALGORITHMS: { readonly [name: string]: string } = {
  md5: 'md5',
  sha: 'sha1',
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
};

/** The checksum of a file in hex, block by block. @throws HostError METADATA_INVALID for an unknown algorithm */
export function hashFile(path: string, algorithm: string): string {
  const name = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (name === undefined) {
    throw sourceError(
      'METADATA_INVALID',
      `the checksum algorithm "${algorithm.slice(0, 40)}" of ${basename(path)} is not known`,
      {
        hint: 'Make the repository again with sha256 checksums.',
        data: { algorithm },
      },
    );
  }
  const hash: Hash = createHash(name);
  const fd = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    for (let read = readSync(fd, block); read > 0; read = readSync(fd, block)) hash.update(block.subarray(0, read));
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** Whether a file is there with that checksum, and size if known. */
export function isIntact(path: string, checksum: Checksum, size: number | null): boolean {
  const found = fileSize(path);
  return found !== null && (size === null || size === found) && hashFile(path, checksum.algorithm) === checksum.value;
}

/** Writes a file so that it is there whole or not at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${dirname(path)}/.${basename(path)}.${process.pid}.tmp`;
  try {
    const fd = openSync(temporary, 'w', 0o644);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
