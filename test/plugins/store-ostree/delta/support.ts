import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type GenerateOptions, generateDelta } from '../../../../plugins/store-ostree/src/delta/generate.ts';
import { Repository } from '../../../../plugins/store-ostree/src/repo/repository.ts';
import { isRoot, ostree, run } from '../support.ts';

/** Numbers that are the same in every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  bytes(count: number): Buffer {
    return Buffer.from(Uint8Array.from({ length: count }, () => this.below(256)));
  }

  /** Bytes that can be compressed a little. */
  words(count: number): Buffer {
    const list = Array.from({ length: 200 }, () => this.bytes(1 + this.below(12)));
    const parts: Buffer[] = [];
    for (let length = 0; length < count; length += parts.at(-1)!.length) parts.push(list[this.below(list.length)]!);
    return Buffer.concat(parts).subarray(0, count);
  }
}

/** The modes of repositories that this user can write with ostree. */
export const WRITABLE = (['bare', 'bare-user', 'archive'] as const).filter((mode) => isRoot || mode !== 'bare');

type Files = Record<string, Buffer | { readonly link: string } | { readonly content: Buffer; readonly mode: number }>;

export function writeFiles(root: string, files: Files): void {
  for (const [name, file] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    if (Buffer.isBuffer(file)) writeFileSync(path, file);
    else if ('link' in file) symlinkSync(file.link, path);
    else {
      writeFileSync(path, file.content);
      chmodSync(path, file.mode);
    }
  }
}

export function commitDirectory(repo: string, root: string, ref: string, parent?: string): string {
  const args = ['--owner-uid=0', '--owner-gid=0', '--timestamp=@1700000000', '--no-bindings', '--subject=test'];
  if (parent !== undefined) args.push(`--parent=${parent}`);
  return ostree(repo, 'commit', `--branch=${ref}`, ...args, `--tree=dir=${root}`).trim();
}

export interface Pair {
  readonly repo: string;
  readonly from: string;
  readonly to: string;
}

/** A repository with two commits in which everything that a delta can have changes. */
export function makePair(directory: string, mode: string): Pair {
  const random = new Random(7);
  const root = join(directory, 'tree');
  const repo = join(directory, 'source');
  run('ostree', `--repo=${repo}`, 'init', `--mode=${mode}`);
  const program = random.words(150_000);
  const library = random.words(90_000);
  const text = Buffer.from(Array.from({ length: 900 }, (_, line) => `line ${line} of a text\n`).join(''));
  writeFiles(root, {
    'usr/bin/program': { content: program, mode: 0o755 },
    'usr/lib/libthing.so.1.0': library,
    'usr/share/doc/text': text,
    'usr/share/secret': { content: text, mode: 0o600 },
    'usr/share/packed.xz': random.bytes(9000),
    'usr/share/same': Buffer.from('same'),
    'usr/share/gone': Buffer.from('gone'),
    'usr/lib/link': { link: 'libthing.so.1.0' },
  });
  const from = commitDirectory(repo, root, 'main');
  rmSync(join(root, 'usr/lib/libthing.so.1.0'));
  rmSync(join(root, 'usr/share/gone'));
  const changed = Buffer.from(program);
  changed.write('another hundred bytes in the middle', 70_000);
  const moved = Buffer.concat([Buffer.from('new head'), library.subarray(0, 30_000), library.subarray(30_500)]);
  writeFiles(root, {
    'usr/bin/program': { content: changed, mode: 0o755 },
    'usr/lib/libthing.so.1.1': moved,
    'usr/share/doc/text': Buffer.concat([Buffer.from('first\n'), text.subarray(0, 9000), text.subarray(9100)]),
    'usr/share/secret': { content: text.subarray(20), mode: 0o600 },
    'usr/share/packed.xz': random.bytes(9000),
    'usr/share/empty': Buffer.alloc(0),
    'usr/share/ünïcode nâme': random.words(5000),
    'usr/share/new/deep/one': { content: random.words(3000), mode: 0o640 },
    'usr/lib/link': { link: 'libthing.so.1.1' },
    'usr/lib/other': { link: '../../nowhere' },
  });
  return { repo, from, to: commitDirectory(repo, root, 'main', from) };
}

/** A repository with the first commit of a pair, or with none. */
export function clientRepository(path: string, mode: string, pair: Pair, withFrom = true): Repository {
  run('ostree', `--repo=${path}`, 'init', `--mode=${mode}`);
  if (withFrom) ostree(path, 'pull-local', pair.repo, pair.from);
  return Repository.open(path);
}

/** Throws unless ostree finds the repository whole and the commit in it as it is in the pair's. */
export function judge(path: string, pair: Pair): void {
  ostree(path, 'fsck', '--quiet');
  const listing = (repo: string) => ostree(repo, 'ls', '-R', '-C', '-X', pair.to);
  if (listing(path) !== listing(pair.repo)) throw new Error(`${path} has another ${pair.to}`);
}

export function makeDelta(pair: Pair, options: GenerateOptions & { scratch?: boolean } = {}) {
  const { scratch, ...rest } = options;
  return generateDelta(Repository.open(pair.repo), { from: scratch ? undefined : pair.from, to: pair.to }, rest);
}

/** The files of a directory with their sizes added up. */
export const filesOf = (directory: string): string[] => readdirSync(directory).sort();
