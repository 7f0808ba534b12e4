import { posix } from 'node:path';
import type { Checksum } from '../../codec/checksum.ts';
import type { DirEntry } from '../../codec/dir-tree.ts';
import { printValue } from '../../codec/gvariant-text/print.ts';
import { isSymlink, S_IFMT } from '../../codec/mode.ts';
import { XATTRS_TYPE, type Xattr, xattrsToValue } from '../../codec/xattrs.ts';
import type { Repository } from '../../repo/repository.ts';
import { commitPath, findPath } from '../commit-path.ts';
import { usageError, VerbError } from '../error.ts';
import { errorText } from '../error-text.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { Invocation, Verb } from '../verb.ts';

export const ls: Verb = {
  usage: 'COMMIT [PATH...]',
  options: [
    { name: 'dironly', char: 'd', kind: 'flag', summary: 'Do not recurse into directory arguments' },
    { name: 'recursive', char: 'R', kind: 'flag', summary: 'Print directories recursively' },
    { name: 'checksum', char: 'C', kind: 'flag', summary: 'Print checksum' },
    { name: 'xattrs', char: 'X', kind: 'flag', summary: 'Print extended attributes' },
    { name: 'nul-filenames-only', kind: 'flag', summary: 'Print only filenames, NUL separated' },
  ],
  run(call) {
    const [rev, ...paths] = call.args;
    if (rev === undefined) throw usageError(call, 'An COMMIT argument is required');
    const repo = openRepository(call.repo);
    const root = repo.readCommit(resolve(repo, rev));
    const listing = new Listing(repo, call);
    if (paths.length === 0) listing.argument(root, '/');
    for (const path of paths) {
      try {
        listing.argument(root, commitPath(path));
      } catch (error) {
        throw new VerbError(`Inspecting path '${path}': ${errorText(error)}`, { cause: error });
      }
    }
  },
};

class Listing {
  readonly #repo: Repository;
  readonly #call: Invocation;

  constructor(repo: Repository, call: Invocation) {
    this.#repo = repo;
    this.#call = call;
  }

  argument(root: DirEntry, path: string): void {
    const found = findPath(this.#repo, root, path);
    if ('file' in found) {
      this.#file(found.file, path);
      return;
    }
    this.#directory(found.dir, path);
    if (this.#call.options.flag('recursive')) this.#children(found.dir, path, true);
    else if (!this.#call.options.flag('dironly')) this.#children(found.dir, path, false);
  }

  /** Files come before directories, each in the order of the object. */
  #children(entry: DirEntry, path: string, recursive: boolean): void {
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    for (const [name, id] of files) this.#file(id, posix.join(path, name));
    for (const [name, child] of dirs) {
      this.#directory(child, posix.join(path, name));
      if (recursive) this.#children(child, posix.join(path, name), true);
    }
  }

  #directory(entry: DirEntry, path: string): void {
    const meta = this.#call.options.flag('nul-filenames-only') ? undefined : this.#repo.readDirMeta(entry.meta);
    this.#line(path, 'd', meta, 0, `${entry.tree} ${entry.meta}`, '');
  }

  #file(id: Checksum, path: string): void {
    if (this.#call.options.flag('nul-filenames-only')) {
      this.#line(path, '-', undefined, 0, id, '');
      return;
    }
    const { meta, size } = this.#repo.inspectFile(id);
    const link = isSymlink(meta.mode);
    this.#line(path, link ? 'l' : '-', meta, size, id, link ? ` -> ${meta.target}` : '');
  }

  #line(
    path: string,
    type: string,
    meta: { uid: number; gid: number; mode: number; xattrs: readonly Xattr[] } | undefined,
    size: number,
    checksums: string,
    target: string,
  ): void {
    const { options, terminal } = this.#call;
    if (!meta) {
      terminal.out(`${path}\0`);
      return;
    }
    const mode = (meta.mode & ~S_IFMT).toString(8).padStart(4, '0');
    const checksum = options.flag('checksum') ? `${checksums} ` : '';
    const xattrs = options.flag('xattrs') ? `{ ${printValue(XATTRS_TYPE, xattrsToValue(meta.xattrs))} } ` : '';
    const owner = `${meta.uid} ${meta.gid} ${String(size).padStart(6)}`;
    terminal.out(`${type}0${mode} ${owner} ${checksum}${xattrs}${path}${target}\n`);
  }
}
