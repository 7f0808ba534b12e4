import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type Assembly,
  type Capability,
  type Context,
  DEFAULT_IMAGE,
  type ImageSpec,
  INITRAMFS,
  PLAN_VERSION,
  type Plan,
  SANDBOX,
  type SandboxCommand,
  type SandboxResult,
  type Tree,
} from '@ostrata/core';
import { writeCpio } from '@ostrata/cpio';
import { MemoryStores } from '@ostrata/testkit';
import { DracutInitramfs } from '../../../../plugins/initramfs-dracut/src/dracut.ts';

export const VERSION = '6.1.0-test';
export const DIRECTORY = `usr/lib/modules/${VERSION}`;

/** A tree with a kernel and what an initramfs is made of. */
export const BOOTABLE: { readonly [path: string]: string } = {
  [`${DIRECTORY}/vmlinuz`]: 'kernel',
  [`${DIRECTORY}/kernel/a.ko`]: 'module',
  [`${DIRECTORY}/config`]: 'CONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n',
  'usr/bin/dracut': 'dracut',
  'usr/sbin/depmod': 'depmod',
  'usr/bin/zstd': 'zstd',
  'usr/bin/init': 'init',
  'usr/bin/unrelated': 'program',
  'usr/share/doc/readme': 'documentation',
  'usr/lib/dracut/dracut-functions.sh': 'functions',
  'etc/dracut.conf': '# nothing\n',
  'usr/lib/sysimage/rpm/db': 'database',
  lib: '-> usr/lib',
};

/** Paths that the images of the fake dracut contain. */
const CONTAINED = ['usr/bin/init', 'usr/lib/initrd-release'];

export interface TestWorld {
  readonly assembly: Assembly;
  readonly tree: Tree;
  readonly ctx: Context;
  /** Command lines that the sandbox was given. */
  readonly runs: string[][];
  readonly commands: SandboxCommand[];
  /** What the next commands end with. */
  result: SandboxResult;
  /** Whether dracut writes its image. */
  writes: boolean;
  [Symbol.dispose](): void;
}

/** Runs assembly steps on a tree in memory, with a sandbox that knows a depmod and a dracut. `cacheDir` may be shared by worlds. */
export async function testWorld(
  files: { readonly [path: string]: string } = BOOTABLE,
  kernel: Partial<ImageSpec['kernel']> = {},
  cacheDir?: string,
): Promise<TestWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-initramfs-'));
  for (const name of ['cache', 'temp']) mkdirSync(join(directory, name));
  const store = await new MemoryStores().ensure('/work');
  const tree = await store.openTree(null);
  for (const [path, content] of Object.entries(files)) {
    if (content.startsWith('-> ')) tree.symlink(path, content.slice(3), { parents: true });
    else tree.writeFile(path, content, { parents: true });
  }
  const image: ImageSpec = { ...DEFAULT_IMAGE, kernel: { ...DEFAULT_IMAGE.kernel, ...kernel } };
  const plan: Plan = {
    version: PLAN_VERSION,
    digest: '',
    inputs: { base: null, install: [], remove: [], image, extras: {} },
    store: { work: '/work', target: null },
    until: 'commit',
    cacheOnly: false,
    snapshots: [],
    commit: { parent: null, timestamp: 0, version: null, metadata: {} },
    unchanged: false,
    deploy: null,
  };
  const unused = () => {
    throw new Error('not to be used here');
  };
  const undo: (() => void | Promise<void>)[] = [];
  const world: TestWorld = {
    assembly: { plan, tree, packages: [], store },
    tree,
    runs: [],
    commands: [],
    result: { code: 0, signal: null, tail: [] },
    writes: true,
    ctx: {
      environment: {
        arch: 'x86_64',
        uid: 0,
        cacheDir: cacheDir ?? join(directory, 'cache'),
        stateDir: directory,
        tempDir: join(directory, 'temp'),
        proxy: { http: null, https: null, no: null },
        commandEnv: {},
        workers: 1,
      },
      signal: new AbortController().signal,
      progress: {
        task: () => ({ advance() {}, setTotal() {}, end() {} }),
        message: () => {},
        warning: unused,
      },
      get: (async <T>(token: Capability<T>) => {
        if (token.name === SANDBOX.name) return { run: async (command: SandboxCommand) => run(command) } as T;
        if (token.name === INITRAMFS.name) return new DracutInitramfs({ compression: 'fast', cache: true }) as T;
        throw new Error(`no ${token.name} here`);
      }) as Context['get'],
      keys: () => [],
      defer: (_label, action) => void undo.push(action),
      intend: unused,
      failpoint: () => {},
      now: () => 0,
    },
    [Symbol.dispose]: () => {
      for (const action of undo.reverse()) action();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;

  function run(command: SandboxCommand): SandboxResult {
    world.commands.push(command);
    const name = command.argv[0] === 'sh' ? command.argv.slice(3) : command.argv;
    world.runs.push([...name]);
    if (world.result.code !== 0) return world.result;
    if (name[0] === 'depmod') {
      writeFileSync(join(command.root.lower, DIRECTORY, 'modules.dep'), 'kernel/a.ko:\n');
    } else if (world.writes) {
      const archive = writeCpio([
        { name: '.', mode: 0o040755 },
        { name: 'lib', mode: 0o120777, content: Buffer.from('usr/lib') },
        ...CONTAINED.map((path) => ({ name: path, mode: 0o100644, content: Buffer.from(path) })),
        { name: `${DIRECTORY}/kernel/a.ko`, mode: 0o100644 },
      ]);
      writeFileSync(join(command.binds?.[0]?.source as string, 'initramfs.img'), gzipSync(Buffer.concat([...archive])));
    }
    return world.result;
  }
}
