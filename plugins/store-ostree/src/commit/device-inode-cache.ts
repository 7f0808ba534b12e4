import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { parseObjectPath } from '../repo/object-path.ts';
import type { Repository } from '../repo/repository.ts';

/**
 * The file objects of a repository by device and inode: a hard link to one need not be read to know what it is. Good only where
 * nobody writes through such links.
 */
export class DeviceInodeCache {
  readonly #ids = new Map<string, Checksum>();

  /** Looks through the whole repository, which is cheap beside reading a checkout of it. */
  static scan(repo: Repository): DeviceInodeCache {
    const cache = new DeviceInodeCache();
    for (const prefix of readdirSync(repo.objectsPath)) {
      for (const name of readdirSync(join(repo.objectsPath, prefix))) {
        const object = parseObjectPath(prefix, name);
        if (object?.type !== 'file') continue;
        const { dev, ino } = lstatSync(join(repo.objectsPath, prefix, name));
        cache.#ids.set(`${dev}:${ino}`, object.id);
      }
    }
    return cache;
  }

  lookup({ dev, ino, nlink }: Stats): Checksum | undefined {
    return nlink > 1 ? this.#ids.get(`${dev}:${ino}`) : undefined;
  }
}
