import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../repo/replace-file.ts';
import { deployTree } from '../../sysroot/deploy-tree.ts';
import { directoryName, isSame, originPathOf } from '../../sysroot/deployment.ts';
import { setImmutable } from '../../sysroot/immutable.ts';
import { writeOriginFile } from '../../sysroot/origin.ts';
import { VerbError } from '../error.ts';
import { type AdminInvocation, adminVerb } from './admin-verb.ts';
import { write } from './write.ts';

export const unlock = adminVerb({
  usage: '',
  options: [
    {
      name: 'hotfix',
      kind: 'flag',
      summary: 'Retain changes across reboots',
    },
    {
      name: 'transient',
      kind: 'flag',
      summary: 'Mount overlayfs read-only by default',
    },
  ],
  writes: true,
  async run(call) {
    const { options, sysroot, terminal } = call;
    const { booted } = sysroot;
    if (booted === null) throw new VerbError('Not currently booted into an OSTree system');
    if (options.flag('hotfix') && options.flag('transient')) {
      throw new VerbError('Cannot specify both --hotfix and --transient');
    }
    if (booted.unlocked !== 'none') throw new VerbError(`Deployment is already in unlocked state: ${booted.unlocked}`);
    if (options.flag('hotfix')) await hotfix(call);
    else mountOverlay(call, options.flag('transient') ? 'transient' : 'development');
    terminal.out(
      options.flag('hotfix')
        ? 'Hotfix mode enabled.  A writable overlayfs is now mounted on /usr\nfor this booted deployment.  A non-hotfixed clone has been created\nas the non-default rollback target.\n'
        : 'Development mode enabled.  A writable overlayfs is now mounted on /usr.\nAll changes there will be discarded on reboot.\n',
    );
  },
});

/** A copy of the deployment without the changes is what one can go back to. */
async function hotfix(call: AdminInvocation): Promise<void> {
  const { sysroot } = call;
  const booted = sysroot.booted!;
  const { stateroot, commit, origin } = booted;
  const clone = deployTree(sysroot, { stateroot, commit, origin, merge: booted, kargs: null });
  const at = sysroot.deployments.findIndex((one) => isSame(one, booted));
  await write(call, sysroot.deployments.toSpliced(at + 1, 0, clone));
  const root = sysroot.directory(booted);
  setImmutable(root, false);
  const [upper, work] = [join(root, '.usr-ovl-upper'), join(root, '.usr-ovl-work')];
  mkdirSync(upper, { recursive: true, mode: 0o755 });
  mkdirSync(work, { recursive: true, mode: 0o755 });
  mount(['-t', 'overlay', 'overlay', '-o', `lowerdir=usr,upperdir=${upper},workdir=${work}`, '/usr'], root);
  origin?.set('origin', 'unlocked', 'hotfix');
  if (origin) writeOriginFile(join(sysroot.path, originPathOf(booted)), origin);
}

function mountOverlay({ sysroot }: AdminInvocation, state: 'development' | 'transient'): void {
  const booted = sysroot.booted!;
  const name = directoryName(booted);
  const base = join(sysroot.state.root, 'var/tmp', `ostree-unlock-ovl.${process.pid}`);
  const [upper, work] = [join(base, 'upper'), join(base, 'work')];
  mkdirSync(upper, { recursive: true, mode: 0o755 });
  mkdirSync(work, { recursive: true, mode: 0o755 });
  const options = `lowerdir=usr,upperdir=${upper},workdir=${work}`;
  mount(
    ['-t', 'overlay', 'overlay', '-o', state === 'transient' ? `ro,${options}` : options, '/usr'],
    sysroot.directory(booted),
  );
  const directory = join(sysroot.state.run, 'ostree/deployment-state', name);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  replaceFile(join(directory, `unlocked-${state}`), '');
}

function mount(args: readonly string[], cwd: string): void {
  const { status, stderr, error } = spawnSync('mount', args, { cwd, encoding: 'utf8' });
  if (status === 0) return;
  throw new VerbError(`mount of an overlay on /usr failed: ${error?.message ?? stderr.trim()}`);
}
