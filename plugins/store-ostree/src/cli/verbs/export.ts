import { closeSync, openSync } from 'node:fs';
import { posix } from 'node:path';
import type { DirEntry } from '../../codec/dir-tree.ts';
import { isSymlink } from '../../codec/mode.ts';
import type { Repository } from '../../repo/repository.ts';
import { writeAll } from '../../repo/storage/storage.ts';
import { commitPath, findPath } from '../commit-path.ts';
import { usageError, VerbError } from '../error.ts';
import { tarEnd, tarHeader, tarPadding } from '../gnu-tar.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { Verb } from '../verb.ts';

export const exportVerb: Verb = {
  usage: 'COMMIT',
  options: [
    { name: 'no-xattrs', kind: 'flag', summary: 'Skip output of extended attributes' },
    { name: 'subpath', kind: 'text', summary: 'Checkout sub-directory PATH', value: 'PATH' },
    { name: 'prefix', kind: 'text', summary: 'Add PATH as prefix to archive pathnames', value: 'PATH' },
    { name: 'output', char: 'o', kind: 'text', summary: 'Output to PATH ', value: 'PATH' },
  ],
  run(call) {
    const { args, options, terminal } = call;
    const rev = args[0];
    if (rev === undefined) throw usageError(call, 'A COMMIT argument is required');
    const repo = openRepository(call.repo);
    const commit = repo.readCommit(resolve(repo, rev));
    const found = findPath(repo, commit, commitPath(options.text('subpath') ?? '/'));
    if ('file' in found) throw new VerbError('Not a directory');
    const output = options.text('output');
    const fd = output === undefined ? undefined : openSync(output, 'w');
    try {
      const write = (bytes: Uint8Array) => (fd === undefined ? terminal.out(bytes) : writeAll(fd, bytes));
      new Export(repo, write, Number(commit.timestamp), options.text('prefix') ?? '').run(found.dir);
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  },
};

/** A tree as a tar archive of GNU's form, which has no place for extended attributes. */
class Export {
  readonly #repo: Repository;
  readonly #output: (bytes: Uint8Array) => void;
  readonly #mtime: number;
  readonly #prefix: string;
  #size = 0;

  constructor(repo: Repository, output: (bytes: Uint8Array) => void, mtime: number, prefix: string) {
    this.#repo = repo;
    this.#output = output;
    this.#mtime = mtime;
    this.#prefix = prefix;
  }

  run(root: DirEntry): void {
    this.#directory(root, '');
    this.#output(tarEnd(this.#size));
  }

  #directory(entry: DirEntry, path: string): void {
    const { uid, gid, mode } = this.#repo.readDirMeta(entry.meta);
    const name = this.#name(path);
    const directory = name.endsWith('/') ? name : `${name}/`;
    this.#write(
      tarHeader({ path: directory, type: 'directory', uid, gid, mode, size: 0, mtime: this.#mtime, target: '' }),
    );
    const { files, dirs } = this.#repo.readDirTree(entry.tree);
    for (const [child, id] of files) this.#file(id, posix.join(path, child));
    for (const [child, sub] of dirs) this.#directory(sub, posix.join(path, child));
  }

  #file(id: string, path: string): void {
    const { meta, content } = this.#repo.readFile(id);
    const type = isSymlink(meta.mode) ? 'symlink' : 'file';
    const { uid, gid, mode, target } = meta;
    this.#write(
      tarHeader({ path: this.#name(path), type, uid, gid, mode, size: content.length, mtime: this.#mtime, target }),
    );
    this.#write(content);
    this.#write(tarPadding(content.length));
  }

  #name(path: string): string {
    return `${this.#prefix}${path}` || '.';
  }

  #write(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#output(bytes);
  }
}
