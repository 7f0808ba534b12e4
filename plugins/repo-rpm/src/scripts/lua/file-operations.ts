import { createHash, randomBytes } from 'node:crypto';
import { decompress } from '@ostrata/compression';
import type { TreeEntry } from '@ostrata/contract';
import { Errno } from './errno.ts';
import { changeMode, modeText } from './modes.ts';
import type { HostState, Operation } from './operation.ts';
import { LuaError, toBytes, type Value } from './protocol.ts';

const DONE: readonly Value[] = [0];
const MAX_UNPACKED = 64 * 1024 * 1024;
const TYPES = { file: 'regular', directory: 'directory', symlink: 'link' } as const;

/** An operation on paths that says 0 when it is done. */
const done =
  (act: (files: HostState['files'], ...paths: [string, string]) => void, paths = 1): Operation =>
  ({ files }, args) => {
    act(files, args.text(0), paths > 1 ? args.text(1) : '');
    return DONE;
  };

/** A number that differs from path to path, in place of an inode. */
function inodeOf(path: string): number {
  return createHash('sha256').update(path).digest().readUIntBE(0, 6);
}

function statTable(path: string, entry: TreeEntry): { readonly [key: string]: Value } {
  const size = entry.type === 'file' ? entry.size : entry.type === 'symlink' ? Buffer.byteLength(entry.target) : 4096;
  const { mode, uid, gid } = entry;
  const times = { atime: 0, mtime: 0, ctime: 0 };
  const place = { ino: inodeOf(path), dev: 1, nlink: entry.type === 'directory' ? 2 : 1 };
  return { mode: modeText(mode), ...place, uid, gid, size, ...times, type: TYPES[entry.type], _mode: mode };
}

function bytesOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
}

const FORMATS = { gzdio: 'gzip', bzdio: 'bzip2', xzdio: 'xz', zstdio: 'zstd' } as const;

export const FILE_OPERATIONS: { readonly [name: string]: Operation } = {
  open({ files }, args) {
    const [path, mode] = [args.text(0), args.text(1)];
    if (mode.startsWith('w')) files.write(path, new Uint8Array());
    else if (mode.startsWith('a') && !files.exists(path)) files.write(path, new Uint8Array());
    return [bytesOf(files.read(path))];
  },
  write({ files }, args) {
    files.write(args.text(0), Buffer.from(args.bytes(1), 'latin1'));
    return [true];
  },
  append({ files }, args) {
    files.append(args.text(0), Buffer.from(args.bytes(1), 'latin1'));
    return [true];
  },
  decompress({ files }, args) {
    const [content, kind] = [files.read(args.text(0)), args.text(1)];
    if (!Object.hasOwn(FORMATS, kind) || content.length === 0) return [bytesOf(content)];
    try {
      const format = FORMATS[kind as keyof typeof FORMATS];
      return [bytesOf(decompress(content, { maxBytes: MAX_UNPACKED, format }))];
    } catch (error) {
      throw new LuaError(`error reading ${args.bytes(0)}: ${(error as Error).message}`);
    }
  },
  remove({ files }, args) {
    const path = args.text(0);
    if (files.stat(path).entry.type === 'directory') files.rmdir(path);
    else files.unlink(path);
    return [true];
  },
  rename({ files }, args) {
    files.rename(args.text(0), args.text(1));
    return [true];
  },
  tmpname({ files }) {
    const path = `/tmp/lua_${randomBytes(6).toString('hex')}`;
    files.write(path, new Uint8Array());
    return [path];
  },
  'posix.access': ({ files }, args) => {
    const modes = args.has(1) ? args.text(1) : 'f';
    if (!/^[ rwxf]*$/.test(modes)) throw args.bad(1, 'unknown mode option');
    files.access(args.text(0), modes);
    return DONE;
  },
  'posix.chdir': done((files, path) => files.chdir(path)),
  'posix.getcwd': ({ files }) => [toBytes(files.cwd)],
  'posix.dir': ({ files }, args) => [['.', '..', ...files.list(args.has(0) ? args.text(0) : '.').map(toBytes)]],
  'posix.mkdir': done((files, path) => files.mkdir(path)),
  'posix.rmdir': done((files, path) => files.rmdir(path)),
  'posix.unlink': done((files, path) => files.unlink(path)),
  'posix.link': done((files, from, to) => files.link(from, to), 2),
  'posix.symlink': done((files, target, path) => files.symlink(target, path), 2),
  'posix.readlink': ({ files }, args) => [toBytes(files.readlink(args.text(0)))],
  // A commit cannot hold one.
  'posix.mkfifo': () => {
    throw new Errno('EPERM');
  },
  'posix.mkstemp': ({ files }, args) => {
    const template = args.bytes(0);
    if (!template.endsWith('XXXXXX')) throw new Errno('EINVAL');
    const path = `${template.slice(0, -6)}${randomBytes(3).toString('hex')}`;
    files.write(path, new Uint8Array());
    return [path];
  },
  'posix.stat': ({ files }, args) => {
    const { path, entry } = files.stat(args.text(0));
    return args.select(1, statTable(path, entry));
  },
  'posix.chmod': ({ files }, args) => {
    const path = args.text(0);
    const change = args.text(1);
    files.access(path, 'f');
    const { entry } = files.stat(path);
    const mode = changeMode(entry.mode, change);
    if (mode === null) throw args.bad(1, 'bad mode');
    files.setMeta(path, { mode });
    return DONE;
  },
  'posix.umask': ({ files }, args) => {
    let kept = ~files.umask & 0o777;
    if (args.has(0)) {
      const changed = changeMode(kept, args.text(0));
      if (changed === null) return [null];
      kept = changed & 0o777;
      files.umask = ~kept & 0o777;
    }
    return [modeText(kept)];
  },
  // A commit has no times.
  'posix.utime': ({ files }, args) => {
    files.access(args.text(0), 'w');
    return DONE;
  },
};
