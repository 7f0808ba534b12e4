import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lchownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { lsetxattr } from '../../../../plugins/store-ostree/src/syscalls.ts';
import { isRoot } from '../support.ts';

interface Meta {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly xattrs: readonly (readonly [name: string, value: Uint8Array])[];
}

export type RandomNode =
  | {
      readonly kind: 'file';
      readonly meta: Meta;
      readonly size: number;
      readonly seed: number;
      readonly packs: boolean;
    }
  | { readonly kind: 'symlink'; readonly meta: Meta; readonly target: string }
  /** Another name of the file that was made so many files before. */
  | { readonly kind: 'link'; readonly back: number }
  | RandomDirectory;

export interface RandomDirectory {
  readonly kind: 'directory';
  readonly meta: Meta;
  readonly entries: readonly (readonly [name: string, node: RandomNode])[];
}

const ODD_NAMES = [
  ' ',
  '-',
  '--help',
  '.hidden',
  '...',
  'a b',
  'a\nb',
  'tab\t',
  '\u0001',
  '\\',
  '"',
  "'$(x)'",
  '*',
  'é',
  'e\u0301',
  '\uff5e',
  '\u{1f600}',
  '\ufffd',
  '\u{10ffff}',
  'usr',
  'etc',
  '.wh.x',
  'x'.repeat(255),
  'ü'.repeat(127),
];

const names = fc.oneof(
  fc.constantFrom(...ODD_NAMES),
  fc.stringMatching(/^[A-Za-z0-9._+-]{1,12}$/).filter((name) => name !== '.' && name !== '..'),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..' && name.isWellFormed()),
);

const xattrs = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom('user.a', 'user.b', 'user.a.b', 'user.ü', 'user.Z', 'trusted.t'),
      fc.uint8Array({ maxLength: 40 }),
    ),
    { selector: ([name]) => name, maxLength: 3 },
  )
  .map((list) => list.filter(([name]) => isRoot || !name.startsWith('trusted.')));

const ids = isRoot ? fc.constantFrom(0, 0, 1, 1000, 65_534, 0x7fffffff) : fc.constant(-1);

/** Owners can read and write but where root does: who is not could not make objects of what nobody can read. */
const meta = (withXattrs: boolean): fc.Arbitrary<Meta> =>
  fc.record({
    mode: isRoot
      ? fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: 0o7777 }) },
          fc.constantFrom(0, 0o200, 0o755, 0o4111),
        )
      : fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o600),
    uid: ids,
    gid: ids,
    xattrs: withXattrs
      ? fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: xattrs })
      : fc.constant([]),
  });

/** Trees of directories with all that OSTree can hold. Few files are larger than some kilobytes, none than `largest` bytes. */
export function randomTree(largest: number): fc.Arbitrary<RandomDirectory> {
  const size = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 200 }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: largest }) },
  );
  const file = fc.record({
    kind: fc.constant('file' as const),
    meta: meta(true),
    size,
    seed: fc.nat(5),
    packs: fc.boolean(),
  });
  const symlink = fc.record({
    kind: fc.constant('symlink' as const),
    meta: meta(false),
    target: fc.oneof(names, fc.constantFrom('/', '../../..', '/usr/bin/x', 'a//b/', 'y'.repeat(1000))),
  });
  const link = fc.record({ kind: fc.constant('link' as const), back: fc.nat(10) });
  const { directory } = fc.letrec<{ node: RandomNode; directory: RandomDirectory }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: file },
      { weight: 2, arbitrary: symlink },
      { weight: 1, arbitrary: link },
      { weight: 4, arbitrary: tie('directory') },
    ) as fc.Arbitrary<RandomNode>,
    directory: fc.record({
      kind: fc.constant('directory' as const),
      meta: meta(true).map((found) => (isRoot ? found : { ...found, mode: found.mode | 0o700 })),
      entries: fc.uniqueArray(fc.tuple(names, tie('node')), { selector: ([name]) => name, maxLength: 9 }),
    }) as fc.Arbitrary<RandomDirectory>,
  }));
  return directory;
}

function content(seed: number, size: number, packs: boolean): Buffer {
  if (packs) return Buffer.alloc(size, `line ${seed}\n`);
  return size === 0 ? Buffer.alloc(0) : createHash('shake256', { outputLength: size }).update(String(seed)).digest();
}

/** Makes the directory at a path that is not there yet. */
export function writeRandomTree(path: string, root: RandomDirectory): void {
  const files: string[] = [];
  const write = (at: string, node: RandomNode): void => {
    switch (node.kind) {
      case 'link': {
        const source = files.at(-1 - node.back);
        if (source !== undefined) linkSync(source, at);
        return;
      }
      case 'symlink':
        symlinkSync(node.target, at);
        if (isRoot) lchownSync(at, node.meta.uid, node.meta.gid);
        return;
      case 'file':
        writeFileSync(at, content(node.seed, node.size, node.packs));
        files.push(at);
        break;
      case 'directory':
        mkdirSync(at);
        for (const [name, child] of node.entries) write(`${at}/${name}`, child);
    }
    const { uid, gid, mode, xattrs: list } = node.meta;
    for (const [name, value] of list) lsetxattr(at, name, value);
    // A new owner takes bits of the mode away.
    if (isRoot) chownSync(at, uid, gid);
    chmodSync(at, mode);
  };
  write(path, root);
}
