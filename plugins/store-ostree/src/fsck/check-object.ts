import type { Checksum } from '../codec/checksum.ts';
import { decodeMetadata } from '../codec/commit.ts';
import { contentChecksum } from '../repo/content.ts';
import type { ObjectType } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';

/** Reads an object whole; throws when its bytes do not have its checksum or are not what its format says. */
export function checkObject(repo: Repository, id: Checksum, type: ObjectType): void {
  switch (type) {
    case 'file': {
      const { meta, content } = repo.streamFile(id);
      const actual = contentChecksum(meta, content);
      if (actual !== id)
        throw repo.corrupt(id, type, `its content and metadata have the checksum ${actual}`, { actual });
      return;
    }
    case 'dirtree':
      repo.readDirTree(id);
      return;
    case 'dirmeta':
      repo.readDirMeta(id);
      return;
    case 'commit':
      repo.readCommit(id);
      return;
    case 'commitmeta':
      decodeMetadata(repo.readMetadata(id, type));
  }
}

/** What is wrong with a file object, or undefined. */
export function fileProblem(repo: Repository, id: Checksum): string | undefined {
  try {
    checkObject(repo, id, 'file');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
