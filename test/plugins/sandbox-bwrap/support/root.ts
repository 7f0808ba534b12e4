import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Root } from '@ostrata/core';

const BUSYBOX = '/usr/bin/busybox';
const APPLETS = [
  'sh',
  'cat',
  'ls',
  'echo',
  'sleep',
  'id',
  'touch',
  'rm',
  'mkdir',
  'mv',
  'env',
  'true',
  'ps',
  'grep',
  'ip',
  'seq',
  'chown',
  'setsid',
  'stat',
  'hostname',
];

/** Why a test with a real sandbox cannot run here; undefined when it can. */
export function cannotSandbox(): string | undefined {
  if (!existsSync(BUSYBOX)) return 'busybox-static is not installed';
  if (spawnSync(BUSYBOX, ['ldd'], { stdio: 'ignore' }).error) return 'busybox does not run';
  if (spawnSync('ldd', [BUSYBOX], { encoding: 'utf8' }).status === 0) return 'busybox is not static';
  if (spawnSync('bwrap', ['--version']).status !== 0) return 'bwrap is not installed';
  const probe = spawnSync('unshare', [
    '--mount',
    'bwrap',
    '--unshare-pid',
    '--unshare-net',
    '--ro-bind',
    '/',
    '/',
    'true',
  ]);
  if (process.getuid?.() === 0 && probe.status !== 0) return 'namespaces are not permitted here';
  return undefined;
}

/** A root of busybox in `directory`: usr, etc, var, bin as a link. */
export function makeRoot(directory: string): Root {
  const lower = join(directory, 'lower');
  for (const path of ['usr/bin', 'usr/sbin', 'usr/share/rpm', 'etc', 'var/lib', 'sysroot', 'proc', 'tmp', 'run'])
    mkdirSync(join(lower, path), { recursive: true });
  symlinkSync('usr/bin', join(lower, 'bin'));
  copyFileSync(BUSYBOX, join(lower, 'usr/bin/busybox'));
  chmodSync(join(lower, 'usr/bin/busybox'), 0o755);
  for (const applet of APPLETS) symlinkSync('busybox', join(lower, 'usr/bin', applet));
  writeFileSync(join(lower, 'etc/kept'), 'as it was\n');
  writeFileSync(join(lower, 'usr/share/rpm/rpmdb.sqlite'), 'secret');
  const [upper, work] = [join(directory, 'upper'), join(directory, 'work')];
  mkdirSync(upper);
  mkdirSync(work);
  return { lower, upper, work, userOwned: false };
}
