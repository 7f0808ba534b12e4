import type { Checksum } from '../../codec/checksum.ts';
import { decodeDetached, type Metadata } from '../../codec/commit.ts';
import type { Repository } from '../../repo/repository.ts';
import { WriteSession } from '../../store/session.ts';

/** The detached metadata of a commit; undefined where there are none. */
export function detachedMetadata(repo: Repository, commit: Checksum): Metadata | undefined {
  if (repo.find(commit, 'commitmeta') === undefined) return undefined;
  return decodeDetached(repo.readMetadata(commit, 'commitmeta'));
}

/** Sets the detached metadata of a commit that is in the repository. */
export function writeDetachedMetadata(repo: Repository, commit: Checksum, metadata: Metadata): void {
  const session = new WriteSession(repo);
  try {
    session.writer.writeCommitMeta(commit, metadata);
    session.flush();
  } finally {
    session.close();
  }
}
