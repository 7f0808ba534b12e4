import { hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Checksum } from '@ostrata/contract';
import {
  describeCheck,
  formatNevra,
  type Header,
  isSource,
  type Nevra,
  nevraOf,
  type RpmPackage,
  readPackage,
  Tag,
  verifyPackage,
} from '../codec/index.ts';
import { rpmError, withFile } from '../errors.ts';
import { hashFile } from '../source/local-file.ts';

/** What is known of a package by its file, or by the commit that was made of it. */
export interface KnownPackage {
  readonly header: Header;
  /** sha256 of all that comes before the payload. */
  readonly digest: string;
  /** Of the whole file. */
  readonly checksum: Checksum;
  /** Bytes of the file; 0 where the package does not say. */
  readonly size: number;
}

/** Bytes of a package's file, known from what comes before the payload. */
export function fileSizeOf({ metadata, extents }: RpmPackage): number {
  const size = metadata.number(Tag.LONGSIGSIZE) ?? metadata.number(Tag.SIGSIZE);
  return size === undefined ? 0 : extents.header.offset + size;
}

/** `name-[epoch:]version-release.arch` without an epoch of 0. */
export function plainNevra(header: Header): string {
  const { epoch, ...rest } = nevraOf(header);
  const plain: Nevra = { ...rest, epoch: epoch === '0' ? undefined : epoch };
  return formatNevra(plain);
}

/**
 * Reads a package file, and checks the digests that it has of itself.
 * @throws RpmError with the codes of the codec, RPM_SOURCE_PACKAGE, RPM_FILE_DAMAGED, RPM_FILE_ABSENT.
 */
export function readPackageFile(file: string): KnownPackage {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw rpmError('RPM_FILE_ABSENT', `The package file ${file} cannot be read: ${code}.`, {
      hint: 'Check its path; packages of repositories are given by name, without .rpm.',
      data: { file },
      cause: error,
    });
  }
  try {
    const { size } = fstatSync(fd);
    const read = (position: number, length: number) => {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
    };
    const rpm = readPackage({ size, read });
    if (isSource(rpm.header)) {
      throw rpmError('RPM_SOURCE_PACKAGE', `${file} is a source package.`, {
        hint: 'Give the binary package that was built from it.',
        data: { file },
      });
    }
    const bad = verifyPackage(rpm, { size, read }, new Map(), { checks: 'needed' }).find(
      ({ verdict }) => verdict === 'bad',
    );
    if (bad !== undefined) {
      throw rpmError('RPM_FILE_DAMAGED', `${file} fails its check "${describeCheck(bad.check)}": ${bad.reason}.`, {
        hint: 'Copy or download the package again.',
        data: { file },
      });
    }
    const start = read(0, rpm.extents.payload.offset);
    return {
      header: rpm.metadata,
      digest: hash('sha256', start),
      checksum: { algorithm: 'sha256', value: hashFile(file, 'sha256') },
      size: fileSizeOf(rpm),
    };
  } catch (error) {
    throw withFile(error, file);
  } finally {
    closeSync(fd);
  }
}
