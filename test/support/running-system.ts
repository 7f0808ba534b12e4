import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmutable } from '../../plugins/store-ostree/src/sysroot/immutable.ts';
import { type CliResult, OSTRATA, OSTRATA_OSTREE } from './cli.ts';
import { ROOT } from './shared.ts';
import { missing } from './tools.ts';

/** What these systems need of the machine. */
export const RUNNING_SYSTEM_NEEDS: readonly string[] = ['ostree', 'bwrap', 'root'];
export const canRunSystems = (): boolean => missing(...RUNNING_SYSTEM_NEEDS).length === 0;

export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A control group to be in: the directory. */
  readonly group?: string;
  /** On a terminal: then all that is said is in `stdout`. */
  readonly terminal?: boolean;
}

/**
 * A deployment as the root of the system that runs: ostrata is started in a mount namespace in which it is `/`, with `/sysroot`, `/boot` and a
 * `/run` of its own, as after a boot. Only /usr is the machine's, for node.
 */
export class RunningSystem {
  /** The /run of the system. */
  readonly run: string;
  /** Files that are shown in place of others, by where: the kernel's command line, programs. */
  readonly shown = new Map<string, string>();
  #count = 0;
  readonly #place: { readonly directory: string; readonly sysroot: string };
  readonly #root: string;

  /** `deployment` is the name of a directory below `ostree/deploy/os/deploy`. */
  constructor(place: { readonly directory: string; readonly sysroot: string }, deployment: string) {
    this.#place = place;
    this.#root = join(place.sysroot, 'ostree/deploy/os/deploy', deployment);
    this.run = join(place.directory, 'run');
    mkdirSync(this.run);
    writeFileSync(join(this.run, 'ostree-booted'), '');
    setImmutable(this.#root, false);
    const links = { ostree: 'sysroot/ostree', bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };
    for (const [name, target] of Object.entries(links)) {
      if (!lstatSync(join(this.#root, name), { throwIfNoEntry: false })) symlinkSync(target, join(this.#root, name));
    }
  }

  /** A file below the directory of the test with this text, shown at an absolute path. */
  show(path: string, text: string, mode = 0o644): void {
    const source = join(this.#place.directory, `shown-${this.#count++}`);
    writeFileSync(source, text, { mode });
    this.shown.set(path, source);
  }

  /** Runs a verb of `ostrata` as a user of the system would. */
  ours([verb, ...rest]: readonly string[], options: StartOptions = {}): CliResult {
    return this.#start([OSTRATA, verb!, '--config', join(this.#place.directory, 'config.yaml'), ...rest], options);
  }

  /** Runs a verb of `ostrata-ostree`. */
  ostree(argv: readonly string[], options: StartOptions = {}): CliResult {
    return this.#start([OSTRATA_OSTREE, ...argv], options);
  }

  #start(argv: readonly string[], { env = {}, group, terminal = false }: StartOptions): CliResult {
    const { directory, sysroot } = this.#place;
    const node = dirname(dirname(process.execPath));
    const command = [
      'bwrap',
      ...['--bind', this.#root, '/', '--bind', sysroot, '/sysroot', '--bind', join(sysroot, 'boot'), '/boot'],
      ...['--ro-bind', '/usr', '/usr', '--dev', '/dev', '--proc', '/proc', '--bind', this.run, '/run'],
      ...['--tmpfs', '/tmp', '--bind', directory, directory, '--ro-bind', ROOT, ROOT],
      ...(existsSync(node) && !node.startsWith('/usr') ? ['--ro-bind', node, node] : []),
      ...[...this.shown].flatMap(([path, source]) => ['--ro-bind', source, path]),
      ...['--', process.execPath, ...argv],
    ];
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const enter = group === undefined ? '' : `echo $$ > '${group}/cgroup.procs' && `;
    const line = `${enter}exec ${quoted}`;
    const [program, ...args] = terminal ? ['script', '-qec', line, '/dev/null'] : ['sh', '-c', line];
    // The home is in the deployment, where compiled code of Node would look like a change.
    const own = { NODE_DISABLE_COMPILE_CACHE: '1', SHELL: '/bin/sh', NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(program!, args, {
      encoding: 'utf8',
      env: { ...process.env, ...own, ...env },
    });
    return { code: status, stdout: terminal ? stdout.replaceAll('\r\n', '\n') : stdout, stderr };
  }
}
