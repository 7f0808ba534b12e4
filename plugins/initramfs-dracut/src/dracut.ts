import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, HostError, type Initramfs, type Kernel, SANDBOX, type Tree } from '@ostrata/contract';
import { FileCache } from './cache/file-cache.ts';
import { ImageCache } from './cache/image-cache.ts';
import { randomArchive } from './codec/random-archive.ts';
import { compressionArguments } from './compression.ts';
import type { InitramfsConfig } from './config.schema.ts';
import type { Code } from './errors.ts';
import type { Machine } from './machine.ts';
import { lookupThrough } from './tree-paths.ts';

/** rpm-ostree's default for images, which run on other machines (src/libpriv/rpmostree-postprocess.cxx). */
export const DEFAULT_ARGUMENTS = ['--no-hostonly'];
const OUT = '/run/ostrata/initramfs';
const IMAGE = 'initramfs.img';

/**
 * What runs in the sandbox, so that the same tree gives the same image:
 *
 * dracut's `--reproducible` gives files newer than its reference file the time of that one (dracut 059, bin/dracut): at 0 the times in the
 * image do not depend on when the tree was put together.
 *
 * Setuid bits, which a root of a user who is not root has not, do nothing in an initramfs: there is root alone. They are put back,
 * for roots that are not thrown away.
 */
const RUN = `
reference=/usr/lib/dracut/dracut-functions.sh
[ ! -e "$reference" ] || touch -d @0 "$reference"
special=$(find /usr -xdev -type f -perm /6000 -printf '%m %p\\n')
echo "$special" | while read -r mode path; do [ -z "$mode" ] || chmod ug-s "$path"; done
dracut "$@"
code=$?
echo "$special" | while read -r mode path; do [ -z "$mode" ] || chmod "$mode" "$path"; done
exit $code`;

/** Makes initramfs images by the tree's own dracut in the sandbox. */
export class DracutInitramfs implements Initramfs {
  readonly #config: InitramfsConfig;

  constructor(config: InitramfsConfig) {
    this.#config = config;
  }

  /** For a machine nothing is taken from the cache: nobody knows which files of its /etc were asked for. */
  async generate(tree: Tree, kernel: Kernel, args: readonly string[], ctx: Context, machine?: Machine): Promise<void> {
    const chosen = args.length > 0 ? args : DEFAULT_ARGUMENTS;
    const compression = this.#config.compression === 'fast' ? compressionArguments(tree, kernel, chosen, machine) : [];
    const all = ['--reproducible', '--add', 'ostree', ...compression, ...chosen];
    const cache =
      this.#config.cache && machine === undefined
        ? new ImageCache(new FileCache(join(ctx.environment.cacheDir, 'initramfs')), tree, kernel, [RUN, ...all])
        : undefined;
    const image = cache?.get() ?? (await this.#make(tree, kernel, all, cache, ctx, machine));
    tree.writeFile(`${kernel.directory}/${IMAGE}`, Buffer.concat([image, randomArchive(image.length)]), {
      mode: 0o100600,
      uid: 0,
      gid: 0,
      xattrs: [],
    });
  }

  async #make(
    tree: Tree,
    kernel: Kernel,
    args: readonly string[],
    cache: ImageCache | undefined,
    ctx: Context,
    machine: Machine | undefined,
  ): Promise<Buffer> {
    const task = ctx.progress.task(`Making the initramfs of ${kernel.version}`);
    try {
      const image = await runDracut(tree, kernel, args, ctx, machine);
      try {
        cache?.set(kernel, image);
      } catch (error) {
        ctx.progress.message(`the initramfs is not kept for later: ${(error as Error).message}`, { level: 'debug' });
      }
      task.end();
      return image;
    } finally {
      task.end('failed');
    }
  }
}

async function runDracut(
  tree: Tree,
  kernel: Kernel,
  args: readonly string[],
  ctx: Context,
  machine: Machine | undefined,
): Promise<Buffer> {
  if (['usr/bin/dracut', 'usr/sbin/dracut'].every((path) => lookupThrough(tree, path) === undefined)) {
    throw new HostError<Code>('INITRAMFS_NO_DRACUT', 'The image has a kernel and no dracut to make its initramfs.', {
      data: { kernel: kernel.version },
      hint: 'Add the package dracut, or set "no-initramfs: true" where none is needed.',
    });
  }
  const sandbox = await ctx.get(SANDBOX);
  const root = await tree.materialize(ctx);
  const out = mkdtempSync(join(ctx.environment.tempDir, 'initramfs-'));
  try {
    const result = await sandbox.run(
      {
        root,
        argv: [
          'sh',
          '-c',
          RUN,
          'dracut',
          ...args,
          '--tmpdir',
          '/tmp',
          '-f',
          `${OUT}/${IMAGE}`,
          '--kver',
          kernel.version,
        ],
        // Device nodes cannot be made, and attributes of the repository's files do not belong into an image.
        env: { DRACUT_NO_MKNOD: '1', DRACUT_NO_XATTR: '1', SOURCE_DATE_EPOCH: '0' },
        profile: 'tool',
        binds: [
          { source: out, target: OUT, writable: true },
          ...(machine === undefined ? [] : [{ source: machine.etc, target: '/etc', writable: false }]),
        ],
        writable: 'usr-etc',
        wrappers: false,
        label: 'dracut',
      },
      ctx,
    );
    if (result.code !== 0) throw failed(kernel, args, `ended with code ${result.code}`, result.tail);
    return readImage(join(out, IMAGE), () => failed(kernel, args, 'wrote no image', result.tail));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function readImage(path: string, onMissing: () => Error): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw onMissing();
    throw error;
  }
}

function failed(kernel: Kernel, args: readonly string[], how: string, tail: readonly string[]): HostError<Code> {
  return new HostError<Code>('INITRAMFS_FAILED', `dracut ${how}: ${tail.at(-1) ?? 'it said nothing'}`, {
    data: { kernel: kernel.version, arguments: [...args], output: [...tail] },
    hint: 'Its last lines are in the data of this error. A module that cannot be found is in a package the image lacks (ostree: ostree or ostree-boot).',
  });
}
