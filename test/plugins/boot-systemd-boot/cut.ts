import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import sinon from 'sinon';
import type { Volume } from './selection.ts';

export class Cut extends Error {}

/** A change of a directory or of a file's bytes, as it reaches the disk: each by itself, in any order, until a sync. */
type Change =
  | { readonly kind: 'add'; readonly path: string; readonly file: object; isDurable: boolean }
  | { readonly kind: 'remove'; readonly path: string; isDurable: boolean }
  | { readonly kind: 'bytes'; readonly file: object; readonly bytes: string; isDurable: boolean };

/**
 * Watches what is done to a partition, and ends everything at the n-th call that changes it. What happened is kept in the terms of FAT: a
 * rename is a name added and one removed, which need not reach the disk together.
 */
export class Recorder {
  readonly #root: string;
  readonly #limit: number;
  readonly #sandbox = sinon.createSandbox();
  readonly #before: Volume;
  readonly #files = new Map<string, object>();
  readonly #open = new Map<number, string>();
  readonly changes: Change[] = [];
  calls = 0;

  constructor(root: string, limit: number) {
    this.#root = root;
    this.#limit = limit;
    this.#before = volumeOf(root);
    for (const path of this.#before.keys()) this.#files.set(path, {});
  }

  async run(work: () => Promise<void>): Promise<boolean> {
    this.#patch();
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Cut) return false;
      throw error;
    } finally {
      this.#sandbox.restore();
      syncBuiltinESMExports();
    }
  }

  /** What may be on the disk: every choice of the changes that no sync has made last, as far as `limit` allows. */
  *possible(limit: number): Generator<Volume> {
    const open = this.changes.filter(({ isDurable }) => !isDurable);
    const total = 2 ** Math.min(open.length, 30);
    const step = Math.max(1, total / limit);
    for (let at = 0; at < total; at += step) {
      const choice = Math.floor(at);
      yield this.#state((change) => change.isDurable || ((choice >> open.indexOf(change)) & 1) === 1);
    }
    yield this.#state(() => true);
  }

  #state(isThere: (change: Change) => boolean): Volume {
    const bytes = new Map<object, string>();
    const names = new Map<string, object>();
    for (const [path, text] of this.#before) {
      const file = this.#files.get(path) ?? {};
      names.set(path, file);
      bytes.set(file, text);
    }
    for (const change of this.changes) {
      if (change.kind === 'bytes') bytes.set(change.file, isThere(change) ? change.bytes : '\0torn');
      else if (!isThere(change)) continue;
      else if (change.kind === 'add') names.set(change.path, change.file);
      else names.delete(change.path);
    }
    return new Map([...names].map(([path, file]) => [path, bytes.get(file) ?? '\0torn']));
  }

  #patch(): void {
    const real = { ...fs };
    const inside = (path: unknown): string | null => {
      const name = relative(this.#root, String(path));
      return name.startsWith('..') ? null : name;
    };
    const tick = (path: unknown): boolean => {
      if (inside(path) === null) return false;
      if (this.calls >= this.#limit) throw new Cut(`cut at ${this.calls}`);
      this.calls += 1;
      return true;
    };
    const stub = (name: string, fake: (...args: never[]) => unknown) =>
      (this.#sandbox.stub(fs, name as 'fsyncSync') as sinon.SinonStub).callsFake(fake as never);
    const created = (path: string, bytes: string) => {
      const file = {};
      this.#live.set(path, file);
      this.changes.push({ kind: 'add', path, file, isDurable: false });
      this.changes.push({ kind: 'bytes', file, bytes, isDurable: false });
      return file;
    };

    stub('writeFileSync', (path: string, text: string, options: { flush?: boolean }) => {
      const counts = tick(path);
      real.writeFileSync(path, text, options);
      if (!counts) return;
      const file = created(inside(path)!, text);
      if (options?.flush) this.#sync(file);
    });
    stub('copyFileSync', (from: string, to: string) => {
      const counts = tick(to);
      real.copyFileSync(from, to);
      if (counts) created(inside(to)!, real.readFileSync(to, 'utf8'));
    });
    stub('renameSync', (from: string, to: string) => {
      const counts = tick(to);
      real.renameSync(from, to);
      if (!counts) return;
      const [old, path] = [inside(from)!, inside(to)!];
      if (this.#fileAt(path) !== undefined) throw new Error(`${path} was replaced`);
      const file = this.#fileAt(old)!;
      this.#live.set(path, file);
      this.#live.set(old, undefined);
      this.changes.push({ kind: 'add', path, file, isDurable: false });
      this.changes.push({ kind: 'remove', path: old, isDurable: false });
    });
    const removed = (path: string) => {
      this.#live.set(path, undefined);
      this.changes.push({ kind: 'remove', path, isDurable: false });
    };
    stub('unlinkSync', (path: string) => {
      const counts = tick(path);
      real.unlinkSync(path);
      if (counts) removed(inside(path)!);
    });
    stub('rmSync', (path: string, options: object) => {
      if (real.existsSync(path) && tick(path)) {
        const name = inside(path)!;
        for (const known of [...this.#known()]) if (known === name || known.startsWith(`${name}/`)) removed(known);
      }
      real.rmSync(path, options);
    });
    stub('mkdirSync', (path: string, options: object) => {
      tick(path);
      real.mkdirSync(path, options);
    });
    stub('openSync', (path: string, flags: string) => {
      const fd = real.openSync(path, flags);
      this.#open.set(fd, String(path));
      return fd;
    });
    stub('fsyncSync', (fd: number) => {
      const path = this.#open.get(fd) ?? '';
      if (!tick(path)) return real.fsyncSync(fd);
      const name = inside(path)!;
      const file = this.#fileAt(name);
      if (file !== undefined) this.#sync(file);
      else this.#syncDirectory(name);
    });
    syncBuiltinESMExports();
  }

  readonly #live = new Map<string, object | undefined>();

  #fileAt(path: string): object | undefined {
    return this.#live.has(path) ? this.#live.get(path) : this.#files.get(path);
  }

  *#known(): Generator<string> {
    for (const path of new Set([...this.#files.keys(), ...this.#live.keys()])) {
      if (this.#fileAt(path) !== undefined) yield path;
    }
  }

  #sync(file: object): void {
    for (const change of this.changes) if (change.kind === 'bytes' && change.file === file) change.isDurable = true;
  }

  #syncDirectory(name: string): void {
    for (const change of this.changes) {
      if (change.kind !== 'bytes' && dirname(join('/', change.path)) === join('/', name)) change.isDurable = true;
    }
  }
}

/** The files of a directory. */
export function volumeOf(root: string): Volume {
  const files = new Map<string, string>();
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, basename(entry.name));
    files.set(relative(root, path), fs.readFileSync(path, 'utf8'));
  }
  return files;
}
