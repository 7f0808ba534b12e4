import { existsSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { tool } from '../../support/tools.ts';

const ARCHIVES = ['tar', 'tar.gz', 'tar.xz', 'tar.zst'];

/** Directories that hold OSTree repositories, some of them unpacked from archives into a temporary directory. */
export class RepositoryFolder {
  readonly #root: string;
  readonly #temporary: string;

  constructor(root: string, temporary: string) {
    this.#root = root;
    this.#temporary = temporary;
  }

  /**
   * Paths of all repositories below the root, those in archives with `NAME.x` in place of NAME.tar.*. Directories with a config and
   * objects are repositories.
   */
  paths(): string[] {
    for (const ending of ARCHIVES) {
      for (const archive of globSync(`**/*.${ending}`, { cwd: this.#root })) {
        this.#unpack(`${archive.slice(0, -ending.length)}x`, join(this.#root, archive));
      }
    }
    const found = [this.#root, this.#temporary].flatMap((folder) =>
      globSync('**/objects', { cwd: folder }).map((path) => relative(folder, dirname(join(folder, path)))),
    );
    return [...new Set(found)].filter((path) => this.locate(path) !== undefined).sort();
  }

  /** Where a repository is, unpacked if need be; undefined where there is none. */
  locate(path: string): string | undefined {
    const archived = /^(?<name>.*?)\.x(?:\/|$)/.exec(path)?.groups?.['name'];
    if (archived === undefined) return repositoryAt(join(this.#root, path));
    const archive = ARCHIVES.map((ending) => join(this.#root, `${archived}.${ending}`)).find(existsSync);
    if (archive === undefined) return undefined;
    this.#unpack(`${archived}.x`, archive);
    return repositoryAt(join(this.#temporary, path));
  }

  #unpack(name: string, archive: string): void {
    const target = join(this.#temporary, name);
    if (existsSync(target)) return;
    mkdirSync(target, { recursive: true });
    tool(['tar', '-C', target, '--no-same-owner', '-xf', archive]);
  }
}

const repositoryAt = (path: string): string | undefined =>
  existsSync(join(path, 'config')) && existsSync(join(path, 'objects')) ? path : undefined;
