import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { type Images, KERNEL, REF } from './images.ts';
import { Place, type Surroundings } from './place.ts';

/** A change of a system that may go wrong at any call. */
export interface Scenario {
  readonly name: string;
  readonly surroundings: Surroundings;
  /** Brings an empty system into the state before. */
  prepare(place: Place, images: Images): void;
  /** The command line that makes the change: words for our `ostree`, or such as begin with `ostrata`. */
  readonly argv: readonly string[];
  /** What brings a system to the new state when the change was broken off; the same command when absent. */
  readonly again?: readonly (readonly string[])[];
  /** What comes later on a machine and has to be done before nothing is left; it may fail. */
  readonly settle?: readonly (readonly string[])[];
  /** Makes changes one after the other: states between old and new are as good. */
  readonly isGradual?: true;
}

/** A command line with the program before it: our `ostree`, or `ostrata` for one that begins so. */
export function programOf(place: Place, [first = '', ...rest]: readonly string[]): string[] {
  return first === 'ostrata' ? place.ostrata(...rest) : [...place.ours, first, ...rest];
}

/** Runs a command line there; a failure throws. */
export function ours(place: Place, ...argv: string[]): string {
  const env = Object.entries(place.env).map(([name, value]) => `${name}=${value}`);
  return tool([...place.wrapper, 'env', ...env, ...programOf(place, argv)]);
}

const DEPLOY = ['admin', 'deploy', '--os=os', `os:${REF}`] as const;
const STAGE = [...DEPLOY, '--stage'] as const;
const FINALIZE = ['admin', 'finalize-staged'] as const;
const CLEANUP = ['admin', 'cleanup'] as const;
const OTHER_KERNEL = { [KERNEL]: 'another kernel', 'usr/bin/tool': 'version 2' };

function empty(place: Place): void {
  ours(place, 'admin', 'init-fs', '--modern', place.sysroot);
  ours(place, 'admin', 'os-init', 'os');
}

/** Makes an image and leaves it in the system's repository. */
function pull(place: Place, images: Images, changes: Readonly<Record<string, string>> = {}): string {
  const commit = images.commit(changes);
  tool(['ostree', `--repo=${join(place.sysroot, 'ostree/repo')}`, 'pull-local', '--remote=os', images.repo, REF]);
  return commit;
}

/** A system with one deployment, whose user has changed something in /etc. It does not run yet. */
function installed(place: Place, images: Images): Place {
  const system = place.surroundings === 'booted' ? new Place(place.directory, 'directory') : place;
  empty(system);
  const commit = pull(system, images);
  ours(system, ...DEPLOY, '--karg=root=LABEL=x', '--karg=quiet');
  const etc = join(system.sysroot, `ostree/deploy/os/deploy/${commit}.0/etc`);
  writeFileSync(join(etc, 'app/app.conf'), 'mine=1\n');
  mkdirSync(join(etc, 'own.d'));
  writeFileSync(join(etc, 'own.d/secret'), 'x', { mode: 0o600 });
  symlinkSync('/nowhere', join(etc, 'link'));
  rmSync(join(etc, 'gone.conf'));
  return system;
}

/** With a second one of another kernel. */
function upgraded(place: Place, images: Images): Place {
  const system = installed(place, images);
  pull(system, images, OTHER_KERNEL);
  ours(system, ...DEPLOY);
  return system;
}

/** Leaves the boot loader to the entries, as nothing here recognises one. */
function withoutLoader({ sysroot }: Place): void {
  tool(['ostree', `--repo=${join(sysroot, 'ostree/repo')}`, 'config', 'set', 'sysroot.bootloader', 'none']);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'first deployment',
    surroundings: 'directory',
    prepare: (place, images) => {
      empty(place);
      pull(place, images);
    },
    argv: DEPLOY,
  },
  {
    name: 'deploy of another kernel',
    surroundings: 'directory',
    prepare: (place, images) => {
      installed(place, images);
      pull(place, images, OTHER_KERNEL);
    },
    argv: DEPLOY,
  },
  {
    name: 'deploy of the same kernel',
    surroundings: 'directory',
    prepare: (place, images) => {
      upgraded(place, images);
      pull(place, images, { ...OTHER_KERNEL, 'usr/bin/tool': 'version 3' });
    },
    argv: DEPLOY,
  },
  {
    name: 'deploy with /boot as another file system',
    surroundings: 'separate boot',
    prepare: (place, images) => {
      installed(place, images);
      pull(place, images, OTHER_KERNEL);
    },
    argv: DEPLOY,
  },
  {
    name: 'deploy on a running system',
    surroundings: 'booted',
    prepare: (place, images) => {
      upgraded(place, images);
      pull(place, images, { [KERNEL]: 'a third kernel' });
    },
    argv: DEPLOY,
  },
  {
    name: 'staging',
    surroundings: 'booted',
    prepare: (place, images) => {
      installed(place, images);
      pull(place, images, OTHER_KERNEL);
    },
    argv: STAGE,
    settle: [CLEANUP],
  },
  {
    name: 'finalization',
    surroundings: 'booted',
    prepare: (place, images) => {
      installed(place, images);
      pull(place, images, OTHER_KERNEL);
      ours(place, ...STAGE);
    },
    argv: FINALIZE,
    again: [STAGE, FINALIZE],
    // Of the next boot: tells of a failure, once.
    settle: [['admin', 'boot-complete'], CLEANUP],
  },
  {
    name: 'kernel arguments',
    surroundings: 'directory',
    prepare: upgraded,
    argv: ['admin', 'instutil', 'set-kargs', '--merge', '--replace=root=LABEL=y', '--append=debug'],
  },
  {
    name: 'kernel arguments in place',
    surroundings: 'directory',
    prepare: upgraded,
    argv: ['admin', 'kargs', 'edit-in-place', '--append-if-missing=debug'],
    settle: [CLEANUP],
    isGradual: true,
  },
  {
    name: 'ostrata kargs',
    surroundings: 'directory',
    prepare: (place, images) => withoutLoader(upgraded(place, images)),
    argv: ['ostrata', 'kargs', '--append-if-missing=debug'],
    settle: [CLEANUP],
  },
  {
    name: 'ostrata cleanup --rollback',
    surroundings: 'directory',
    prepare: (place, images) => withoutLoader(upgraded(place, images)),
    argv: ['ostrata', 'cleanup', '--rollback'],
    settle: [CLEANUP],
  },
  {
    name: 'rollback',
    surroundings: 'directory',
    prepare: upgraded,
    argv: ['admin', 'set-default', '1'],
  },
  {
    name: 'undeploy',
    surroundings: 'directory',
    prepare: upgraded,
    argv: ['admin', 'undeploy', '1'],
  },
  {
    name: 'pin',
    surroundings: 'directory',
    prepare: upgraded,
    argv: ['admin', 'pin', '0'],
    settle: [CLEANUP],
  },
  {
    name: 'cleanup',
    surroundings: 'directory',
    prepare: (place, images) => {
      upgraded(place, images);
      // A deployment that nothing boots, as a run leaves it that was cut off, and a half that is not in use.
      const deploy = join(place.sysroot, 'ostree/deploy/os/deploy');
      const commit = 'a'.repeat(64);
      mkdirSync(join(deploy, `${commit}.0/usr/bin`), { recursive: true });
      writeFileSync(join(deploy, `${commit}.0/usr/bin/tool`), 'x');
      writeFileSync(join(deploy, `${commit}.0.origin`), '[origin]\n');
      mkdirSync(join(place.boot, `ostree/os-${commit}`), { recursive: true });
      writeFileSync(join(place.boot, `ostree/os-${commit}/vmlinuz-1`), 'x');
      for (const boot of [0, 1]) {
        mkdirSync(join(place.boot, `loader.${boot}/entries`), { recursive: true });
        for (const sub of [0, 1]) mkdirSync(join(place.sysroot, `ostree/boot.${boot}.${sub}/os`), { recursive: true });
      }
      pull(place, images, { 'usr/bin/tool': 'never deployed' });
      tool(['ostree', `--repo=${join(place.sysroot, 'ostree/repo')}`, 'refs', '--delete', `os:${REF}`]);
    },
    argv: ['admin', 'cleanup'],
  },
];
