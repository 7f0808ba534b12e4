import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';
import { Sysroot } from '../../sysroot/sysroot.ts';
import { usageError, VerbError } from '../error.ts';
import type { Verb } from '../verb.ts';
import { sysrootPath } from './admin-verb.ts';
import { ADMIN_OPTIONS } from './options.ts';

/** What a root file system had at its top before `--modern`, with permissions. */
const TRADITIONAL: readonly (readonly [name: string, mode: number])[] = [
  ['dev', 0o755],
  ['home', 0o755],
  ['proc', 0o755],
  ['run', 0o755],
  ['sys', 0o755],
  ['root', 0o700],
  ['tmp', 0o1777],
];

export const initFs: Verb = {
  usage: 'PATH',
  options: [
    ...ADMIN_OPTIONS,
    { name: 'modern', kind: 'flag', summary: 'Only create /boot and /ostree' },
    {
      name: 'epoch',
      char: 'E',
      kind: 'count',
      summary: 'Layout: 0 traditional, 1 as --modern, 2 with /ostree closed to users',
    },
  ],
  run(call) {
    const [path] = call.args;
    if (path === undefined) throw usageError(call, 'PATH must be specified');
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw new VerbError(`openat(${path}): No such file or directory`);
    }
    const epoch = call.options.count('epoch', call.options.flag('modern') ? 1 : 0);
    if (epoch < 0) throw new VerbError(`Invalid epoch: ${epoch}`);
    makeDirectory(join(path, 'boot'), 0o755);
    if (epoch === 2) makeDirectory(join(path, 'ostree'), 0o700);
    if (epoch === 0) for (const [name, mode] of TRADITIONAL) makeDirectory(join(path, name), mode);
    Sysroot.ensure(path);
  },
};

/** Permissions are set whatever the umask; what is there stays. */
function makeDirectory(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    throw error;
  }
  chmodSync(path, mode);
}

export const osInit: Verb = {
  usage: 'OSNAME',
  options: ADMIN_OPTIONS,
  run(call) {
    const [stateroot] = call.args;
    const path = sysrootPath(call);
    Sysroot.ensure(path);
    if (stateroot === undefined) throw usageError(call, 'OSNAME must be specified');
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(stateroot)) throw new VerbError(`Invalid OSNAME '${stateroot}'`);
    const root = join(path, 'ostree/deploy', stateroot);
    try {
      mkdirSync(root);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      throw new VerbError(`Creating ostree/deploy/${stateroot}: File exists`);
    }
    makeDirectory(join(root, 'var'), 0o755);
    Sysroot.load(path).touch();
    call.terminal.out(`ostree/deploy/${stateroot} initialized as OSTree root\n`);
  },
};
