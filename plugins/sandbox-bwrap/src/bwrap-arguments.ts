import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxCommand } from '@ostrata/contract';
import { capabilitiesOf } from './capabilities.ts';
import type { RootView } from './root-view.ts';
import { EMPTY_FILE, REAL_PROGRAMS, WRAPPERS } from './wrappers.ts';

/** Top-level names that the sandbox makes itself. */
const OWN = new Set(['dev', 'proc', 'run', 'sys', 'tmp']);
/** What rpm-ostree shows of the host's /sys (rust/src/bwrap.rs, RO_BINDS). */
const SYS = ['/sys/block', '/sys/bus', '/sys/class', '/sys/dev', '/sys/devices'];

export interface BwrapPlaces {
  /** Host directory at which the whole root can be seen when bwrap starts. */
  readonly visible: string;
  /** Host directory that `writeSupport` filled. */
  readonly support: string;
  /** Host directory that becomes /var/lib/rpm-state: scripts of one transaction leave each other notes there. */
  readonly state: string;
}

/** Namespaces of every command; the cgroup one only where the kernel has it. */
export const NAMESPACES = [
  '--unshare-pid',
  '--unshare-uts',
  '--unshare-ipc',
  '--unshare-cgroup-try',
  '--unshare-net',
] as const;

/**
 * The bwrap command line for a command. The new root is a tmpfs in which the root's top-level directories are bound, as rpm-ostree does
 * it: a program cannot leave anything beside them.
 */
export function bwrapArguments(command: SandboxCommand, view: RootView, places: BwrapPlaces): readonly string[] {
  const all = command.writable === 'all';
  const out: string[] = ['bwrap', '--die-with-parent', '--new-session', ...NAMESPACES];
  // What packages have in /opt is there; where an image's own /opt leads to the machine's, scripts would not see it.
  const optInUsr = view.kind('usr/lib/opt') === 'directory' && view.kind('opt') !== 'directory';
  for (const name of view.list('')) {
    if (OWN.has(name) || (name === 'var' && !all) || (name === 'opt' && optInUsr)) continue;
    const writable = all || name === 'usr' || name === 'etc';
    out.push(...show(name, view, places, writable));
  }
  if (optInUsr) out.push('--symlink', 'usr/lib/opt', '/opt');
  out.push('--dev', '/dev', '--proc', '/proc');
  for (const path of SYS) out.push('--ro-bind-try', path, path);
  out.push('--perms', '1777', '--tmpfs', '/tmp', '--perms', '0755', '--tmpfs', '/run');
  // Package scripts ask for this file to know what kind of system it is.
  out.push('--ro-bind', join(places.support, EMPTY_FILE), '/run/ostree-booted');
  if (!all) out.push(...readOnlyVar(command, view, places));
  if (command.profile === 'script' && view.kind('usr/share/rpm') === 'directory') {
    out.push('--tmpfs', '/usr/share/rpm', '--remount-ro', '/usr/share/rpm');
  }
  if (command.wrappers) out.push(...wrap(view, places));
  for (const { source, target, writable } of command.binds ?? [])
    out.push(writable ? '--bind' : '--ro-bind', source, target);
  out.push('--cap-drop', 'ALL');
  for (const name of capabilitiesOf(command.profile)) out.push('--cap-add', name);
  out.push('--clearenv');
  for (const [name, value] of Object.entries(environmentOf(command))) out.push('--setenv', name, value);
  out.push('--chdir', command.cwd ?? '/', '--', ...command.argv);
  return out;
}

/** What every program is given; `PATH` has no /usr/local, which is the machine's and not the image's. */
export function environmentOf(command: SandboxCommand): { readonly [name: string]: string } {
  return { PATH: '/usr/sbin:/usr/bin', LANG: 'C.UTF-8', SYSTEMD_OFFLINE: '1', ...command.env };
}

function show(path: string, view: RootView, places: BwrapPlaces, writable: boolean): readonly string[] {
  switch (view.kind(path)) {
    case 'symlink':
      return ['--symlink', readlinkSync(view.layerOf(path)), `/${path}`];
    case 'directory':
    case 'file':
      return [writable ? '--bind' : '--ro-bind', join(places.visible, path), `/${path}`];
    default:
      return [];
  }
}

/** /var as in rpm-ostree: what packages brought, read-only, and what scripts may write to during one transaction. */
function readOnlyVar(command: SandboxCommand, view: RootView, places: BwrapPlaces): readonly string[] {
  const script = command.profile === 'script';
  return [
    ...mirror('var', script ? ['var/tmp', 'var/lib/rpm-state'] : ['var/tmp'], view, places),
    ...['--perms', '1777', '--tmpfs', '/var/tmp'],
    ...(script ? ['--bind', places.state, '/var/lib/rpm-state'] : []),
  ];
}

/**
 * Shows a directory read-only with `needed` as places to mount on. Where it lacks one, a directory is put together that has it: the root
 * itself is never written to.
 */
function mirror(path: string, needed: readonly string[], view: RootView, places: BwrapPlaces): readonly string[] {
  const kind = view.kind(path);
  if (kind === 'directory' && needed.every((place) => view.kind(place) === 'directory'))
    return show(path, view, places, false);
  const out = ['--tmpfs', `/${path}`];
  const deeper = new Set(
    needed.map((place) =>
      place
        .split('/')
        .slice(0, path.split('/').length + 1)
        .join('/'),
    ),
  );
  for (const name of kind === 'directory' ? view.list(path) : []) {
    const child = `${path}/${name}`;
    if (!deeper.has(child)) out.push(...show(child, view, places, false));
  }
  for (const child of deeper) {
    const below = needed.filter((place) => place !== child && place.startsWith(`${child}/`));
    out.push(...(below.length > 0 ? mirror(child, below, view, places) : ['--dir', `/${child}`]));
  }
  return [...out, '--remount-ro', `/${path}`];
}

function wrap(view: RootView, places: BwrapPlaces): readonly string[] {
  return WRAPPERS.filter(({ path }) => view.kind(path) === 'file').flatMap(({ name, path }) => [
    ...['--ro-bind', join(places.visible, path), `${REAL_PROGRAMS}/${name}`],
    ...['--ro-bind', join(places.support, name), `/${path}`],
  ]);
}
