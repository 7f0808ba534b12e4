import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Checksum } from '../codec/checksum.ts';
import type { PatchSource } from '../codec/delta/bspatch.ts';
import { isRegular } from '../codec/mode.ts';
import { isArchive } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';

/** The content of a file object that is in the repository, for reading at any place. */
export interface ObjectSource extends PatchSource, Disposable {
  readonly id: Checksum;
}

/** Throws OSTREE_OBJECT_MISSING, OSTREE_OBJECT_CORRUPT. In an archive the whole content is held in memory. */
export function openObjectSource(repo: Repository, id: Checksum): ObjectSource {
  const path = repo.locate(id, 'file');
  if (isArchive(repo.mode)) {
    const { content } = repo.readFile(id);
    return {
      id,
      size: content.length,
      read: (buffer, offset) => buffer.set(content.subarray(offset, offset + buffer.length)),
      [Symbol.dispose]() {},
    };
  }
  if (!isRegular(repo.inspectFile(id).meta.mode)) throw repo.corrupt(id, 'file', 'a delta needs it as a regular file');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  return {
    id,
    size: fstatSync(fd).size,
    read(buffer, offset) {
      for (let done = 0; done < buffer.length; ) {
        const count = readSync(fd, buffer, done, buffer.length - done, offset + done);
        if (count === 0) throw repo.corrupt(id, 'file', 'it became shorter while it was read');
        done += count;
      }
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
}
