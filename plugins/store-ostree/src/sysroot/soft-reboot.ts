import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KernelArgs } from '../codec/boot/kernel-args.ts';
import { decode, encode, type Value, type Variant, variant } from '../codec/gvariant/index.ts';
import { errnoOf, storeError } from '../errors.ts';
import { KeyFile } from '../repo/key-file.ts';
import { replaceFile } from '../repo/replace-file.ts';
import { isSame, type SysrootDeployment } from './deployment.ts';
import { NEXTROOT_BOOTED, type RunState } from './run-state.ts';
import type { Sysroot } from './sysroot.ts';

/** Below /run: the root that systemd goes on with after a soft reboot (systemd-soft-reboot.service(8)), and what it is made of. */
const NEXTROOT = 'nextroot';

/** libostree's key for the device and inode of a deployment's directory (src/libotcore/otcore.h). */
const DIRECTORY_KEY = 'backing-root-device-inode';

/** Whether the kernel that runs is what a deployment would be started with: the same kernel, initial ram disks and arguments. */
export function canSoftReboot({ booted }: Sysroot, target: SysrootDeployment): boolean {
  if (booted === null || booted.bootChecksum !== target.bootChecksum) return false;
  if (booted.overlayInitrds.join() !== target.overlayInitrds.join()) return false;
  const options = target.entry.get('options');
  // A staged one without any takes over those of the one that runs.
  return options === undefined || ownArguments(options) === ownArguments(booted.entry.get('options') ?? '');
}

const ownArguments = (options: string): string => KernelArgs.parse(options).drop('ostree').toString();

/**
 * Mounts a deployment at /run/nextroot as the initial ram disk mounts one at a start: the tree with a read-only /usr, its own /etc, the
 * /var of the stateroot, the physical root at /sysroot. Throws SYSROOT_SOFT_REBOOT; then nothing stays mounted.
 */
export function prepareSoftReboot(sysroot: Sysroot, deployment: SysrootDeployment): void {
  const { state } = sysroot;
  clearSoftReboot(state);
  const root = join(state.run, NEXTROOT);
  mkdirSync(root, { recursive: true, mode: 0o755 });
  try {
    for (const argv of mountCommands(sysroot, deployment, root)) inSystem(state, ['mount', ...argv]);
    const { dev, ino } = statSync(sysroot.directory(deployment), { bigint: true });
    const entries: [string, Variant][] = [
      [DIRECTORY_KEY, variant('(tt)', [dev, ino])],
      ['root.transient', variant('b', false)],
      ['sysroot-ro', variant('b', isReadOnly(sysroot))],
    ];
    mkdirSync(dirname(join(state.run, NEXTROOT_BOOTED)), { recursive: true, mode: 0o755 });
    replaceFile(join(state.run, NEXTROOT_BOOTED), encode('a{sv}', entries as unknown as Value));
  } catch (error) {
    clearSoftReboot(state);
    throw error;
  }
}

/** Arguments of mount(8), in order. */
function mountCommands(sysroot: Sysroot, deployment: SysrootDeployment, root: string): string[][] {
  // In a running system the physical root is at /sysroot.
  const physical = existsSync(join(sysroot.path, 'sysroot/ostree')) ? join(sysroot.path, 'sysroot') : sysroot.path;
  const directory = join(
    physical,
    'ostree/deploy',
    deployment.stateroot,
    'deploy',
    `${deployment.commit}.${deployment.serial}`,
  );
  const bind = (from: string, to: string, mode: 'rw' | 'ro') => [
    ['--bind', '--make-private', from, to],
    ['-o', `remount,bind,${mode}`, to],
  ];
  const at = (name: string) => join(root, name);
  const usr = existsSync(join(directory, '.usr-ovl-work'))
    ? [
        [
          '-t',
          'overlay',
          'overlay',
          '-o',
          `lowerdir=${directory}/usr,upperdir=${directory}/.usr-ovl-upper,workdir=${directory}/.usr-ovl-work`,
          at('usr'),
        ],
      ]
    : bind(at('usr'), at('usr'), 'ro');
  const boot = join(physical, 'boot');
  // A file system of its own at /boot is mounted by systemd.
  const hasOwnBoot = !isLink(join(boot, 'loader')) || !isDirectory(join(directory, 'boot'));
  return [
    ...bind(directory, root, 'rw'),
    ...usr,
    ...bind(join(directory, 'etc'), at('etc'), 'rw'),
    ...bind(join(physical, 'ostree/deploy', deployment.stateroot, 'var'), at('var'), 'rw'),
    ...(hasOwnBoot ? [] : bind(boot, at('boot'), isReadOnly(sysroot) ? 'ro' : 'rw')),
    ...bind(physical, at('sysroot'), isReadOnly(sysroot) ? 'ro' : 'rw'),
  ];
}

/** Undoes what was prepared. Nothing happens where nothing was. */
export function clearSoftReboot(state: RunState): void {
  const root = join(state.run, NEXTROOT);
  rmSync(join(state.run, NEXTROOT_BOOTED), { force: true });
  // Without `-q` of newer versions: it fails where nothing is mounted.
  if (existsSync(root)) run(state, ['umount', '--recursive', root]);
}

/** The deployment that is prepared; null where none is, or what was prepared is there no more. */
export function softRebootTarget(sysroot: Sysroot): SysrootDeployment | null {
  let found: readonly (readonly [string, Variant])[];
  try {
    found = decode('a{sv}', readFileSync(join(sysroot.state.run, NEXTROOT_BOOTED))) as unknown as typeof found;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw storeError(
      'SYSROOT_SOFT_REBOOT',
      `${join(sysroot.state.run, NEXTROOT_BOOTED)} cannot be read: ${(error as Error).message}`,
      {
        hint: 'Undo what was prepared: `ostrata ostree admin prepare-soft-reboot --reset`.',
        cause: error,
      },
    );
  }
  const pair = found.find(([key]) => key === DIRECTORY_KEY)?.[1];
  if (pair?.type !== '(tt)') return null;
  const [dev, ino] = (pair.value as readonly (bigint | number)[]).map(BigInt);
  const isTarget = (deployment: SysrootDeployment) => {
    const stat = statSync(sysroot.directory(deployment), { bigint: true, throwIfNoEntry: false });
    return stat !== undefined && stat.dev === dev && stat.ino === ino && !isSame(deployment, sysroot.booted);
  };
  return sysroot.deployments.find(isTarget) ?? null;
}

const isReadOnly = ({ path }: Pick<Sysroot, 'path'>): boolean =>
  KeyFile.parse(readFileSync(join(path, 'ostree/repo/config'), 'utf8')).get('sysroot', 'readonly') === 'true';

function inSystem(state: RunState, argv: readonly string[]): void {
  const { status, stderr, error } = run(state, argv);
  if (status === 0) return;
  throw storeError('SYSROOT_SOFT_REBOOT', `${argv.join(' ')} failed: ${error?.message ?? stderr.trim()}`, {
    hint: 'The system is as it was; restart it as a whole: `systemctl reboot`.',
    data: { argv },
  });
}

/** In the mount namespace of the system, where this process has left it to write to /sysroot: systemd does not see into another. */
function run(state: RunState, argv: readonly string[]) {
  const isAway = state.root === '/' && readlinkSync('/proc/self/ns/mnt') !== readlinkSync('/proc/1/ns/mnt');
  const [program, ...args] = isAway ? ['nsenter', '--mount=/proc/1/ns/mnt', '--', ...argv] : argv;
  return spawnSync(program!, args, { encoding: 'utf8' });
}

const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
