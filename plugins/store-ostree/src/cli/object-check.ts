import { readFileSync } from 'node:fs';
import { type Checksum, sha256 } from '../codec/checksum.ts';
import { startFileChecksum } from '../codec/file-header.ts';
import { checkObject } from '../fsck/check-object.ts';
import type { Repository } from '../repo/repository.ts';
import type { MetadataType } from './dump.ts';
import { VerbError } from './error.ts';
import { errorText } from './error-text.ts';

/** Checks an object that is there; throws with the words of `ostree fsck` for one that is corrupt. */
export function verifyObject(repo: Repository, id: Checksum, type: MetadataType | 'file'): void {
  if (type === 'file') verifyFile(repo, id);
  else verifyMetadata(repo, id, type);
}

function verifyFile(repo: Repository, id: Checksum): void {
  let actual: Checksum;
  try {
    const { meta, content } = repo.readFile(id);
    actual = startFileChecksum(meta).update(content).digest('hex');
  } catch (error) {
    throw new VerbError(`fsck content object ${id}: ${errorText(error)}`, { cause: error });
  }
  if (actual !== id) throw new VerbError(`fsck content object ${id}: ${mismatch('file', id, actual)}`);
}

function verifyMetadata(repo: Repository, id: Checksum, type: MetadataType): void {
  const prefix = `fsck ${id}.${type}: `;
  const bytes = readFileSync(repo.locate(id, type));
  const actual = sha256(bytes);
  if (actual !== id) throw new VerbError(prefix + mismatch(type, id, actual));
  try {
    checkObject(repo, id, type);
  } catch (error) {
    throw new VerbError(prefix + errorText(error), { cause: error });
  }
}

const mismatch = (type: string, expected: Checksum, actual: Checksum): string =>
  `Corrupted ${type} object; checksum expected='${expected}' actual='${actual}'`;
