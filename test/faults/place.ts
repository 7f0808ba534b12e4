import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OSTRATA, OSTRATA_OSTREE } from '../support/cli.ts';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';

/** How a system lies before the program: a directory; one whose /boot is mounted from elsewhere; or as what runs. */
export type Surroundings = 'directory' | 'separate boot' | 'booted';

/** A system in a directory of its own: `sysroot`, and beside it what is mounted into it. */
export class Place {
  readonly directory: string;
  readonly surroundings: Surroundings;

  constructor(directory: string, surroundings: Surroundings) {
    this.directory = directory;
    this.surroundings = surroundings;
  }

  static make(directory: string, surroundings: Surroundings): Place {
    for (const name of ['sysroot/boot', 'boot', 'run/ostree', 'root'])
      mkdirSync(join(directory, name), { recursive: true });
    return new Place(directory, surroundings);
  }

  get sysroot(): string {
    return join(this.directory, 'sysroot');
  }

  /** Where the files of /boot are, without any mount. */
  get boot(): string {
    return this.surroundings === 'separate boot' ? join(this.directory, 'boot') : join(this.sysroot, 'boot');
  }

  get run(): string {
    return join(this.directory, 'run');
  }

  copy(directory: string): Place {
    tool(['cp', '-a', this.directory, directory]);
    return new Place(directory, this.surroundings);
  }

  remove(): void {
    removeWork(this.directory);
  }

  /** Command lines that run `ostree` and ours there, with what counts for them as the system. */
  get real(): readonly string[] {
    return [...this.wrapper, 'env', ...assignments(this.env), 'ostree'];
  }

  get ours(): readonly string[] {
    if (this.surroundings !== 'booted') return [process.execPath, OSTRATA_OSTREE];
    return ['/mnt/node_modules/node/bin/node', OSTRATA_OSTREE.replace(ROOT, '/mnt')];
  }

  /** The command line of `ostrata VERB …` there, with a journal of its own; not for what runs. */
  ostrata(...argv: string[]): string[] {
    const config = join(this.directory, 'ostrata.json');
    const [state, cache] = [join(this.directory, 'state'), join(this.directory, 'cache')];
    writeFileSync(config, JSON.stringify({ state, cache }));
    return [process.execPath, OSTRATA, ...argv, '--config', config, '--sysroot', this.sysroot];
  }

  get env(): Record<string, string> {
    // What runs has a home in the deployment, where compiled code of Node would look like a change.
    return this.surroundings === 'booted' ? { NODE_DISABLE_COMPILE_CACHE: '1' } : { OSTREE_SYSROOT: this.sysroot };
  }

  /** Directories that make up the system, as programs in it see them. */
  get roots(): readonly string[] {
    if (this.surroundings !== 'booted') return [this.sysroot, join(this.directory, 'state')];
    return ['/sysroot', '/ostree', '/boot', '/var', '/etc', '/run/ostree'];
  }

  get wrapper(): readonly string[] {
    const { directory } = this;
    if (this.surroundings === 'directory') return [];
    if (this.surroundings === 'separate boot') return ['unshare', '-m', 'sh', '-euc', SEPARATE, directory];
    return ['unshare', '-m', 'sh', '-euc', BOOTED, directory, this.bootedDeployment(), ROOT];
  }

  /** The deployment that the first entry boots, relative to the sysroot. */
  bootedDeployment(): string {
    const entries = join(this.boot, 'loader/entries');
    const options = tool(['sh', '-c', 'cat "$(ls "$0"/*.conf | sort | tail -1)"', entries]);
    const link = /ostree=(\S+)/.exec(options)?.[1];
    if (link === undefined) throw new Error(`No ostree= in ${options}`);
    return realpathSync(join(this.sysroot, link)).slice(realpathSync(this.sysroot).length + 1);
  }
}

/** Removes a directory with systems in it, whose deployments are immutable. */
export function removeWork(directory: string): void {
  spawnSync('chattr', ['-R', '-f', '-i', directory], { stdio: 'ignore' });
  tool(['rm', '-rf', directory]);
}

const assignments = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

const SEPARATE = `mount --bind "$0/boot" "$0/sysroot/boot"; exec "$@"`;

/** The least that makes a deployment the root that runs: programs come from the machine's own /usr, this project is at /mnt. */
const BOOTED = `
  directory=$0 deployment=$1 project=$2; shift 2
  root=$directory/root
  mount --bind "$directory/sysroot/$deployment" "$root"
  mount --bind "$directory/sysroot" "$root/sysroot"
  mount --bind "$directory/sysroot/boot" "$root/boot"
  mount --bind "$directory/sysroot/\${deployment%/deploy/*}/var" "$root/var"
  mount --bind "$directory/run" "$root/run"
  : > "$root/run/ostree-booted"
  mount --bind /usr "$root/usr"
  mount --bind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --bind /tmp "$root/tmp"
  mount --bind "$project" "$root/mnt"
  exec chroot "$root" "$@"`;
