import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { directoryName, isPinned, isSame, type SysrootDeployment } from '../../sysroot/deployment.ts';
import { NEXTROOT_BOOTED } from '../../sysroot/run-state.ts';
import { isStagedLocked } from '../../sysroot/staged.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { adminVerb } from './admin-verb.ts';

export const status = adminVerb({
  usage: '',
  options: [
    { name: 'verify', char: 'V', kind: 'flag', summary: 'Print the commit verification status' },
    { name: 'skip-signatures', char: 'S', kind: 'flag', summary: 'Skip signatures in output' },
    { name: 'json', char: 'J', kind: 'flag', summary: 'Emit JSON' },
    {
      name: 'is-default',
      char: 'D',
      kind: 'flag',
      summary: 'Output "default" if booted into the default, otherwise "not-default"',
    },
  ],
  writes: false,
  async run(call) {
    const { options, sysroot, terminal } = call;
    if (options.flag('is-default')) {
      const { booted, deployments } = sysroot;
      terminal.out(`${booted === null || isSame(booted, deployments[0]) ? 'default' : 'not-default'}\n`);
      return;
    }
    const pending = sysroot.booted === null ? null : sysroot.pending(sysroot.booted.stateroot);
    const nextRoot = await preparedIn(sysroot);
    if (options.flag('json')) {
      const deployments = sysroot.deployments.map((deployment, index) =>
        record(deployment, index, pending, nextRoot, sysroot),
      );
      terminal.out(`${JSON.stringify({ deployments }, null, 2)}\n`);
      return;
    }
    if (sysroot.deployments.length === 0) terminal.out('No deployments.\n');
    for (const deployment of sysroot.deployments) {
      const place = `${placeOf(deployment, pending, sysroot)}${isSame(deployment, nextRoot) ? ' (soft-reboot)' : ''}`;
      const mark = isSame(deployment, sysroot.booted) ? '*' : ' ';
      terminal.out(`${mark} ${deployment.stateroot} ${directoryName(deployment)}${place}\n`);
      for (const line of describe(deployment, sysroot)) terminal.out(`    ${line}\n`);
      if (options.flag('verify')) {
        const { verification } = await import('./status-signatures.ts');
        terminal.out(`${await verification(deployment, call)}\n`);
      } else if (!options.flag('skip-signatures') && hasRemote(deployment)) {
        const { signatureLines } = await import('./status-signatures.ts');
        terminal.out(await signatureLines(deployment, call));
      }
    }
  },
});

/** Only commits of a remote may have to be signed; what looks at signatures is loaded for them alone. */
const hasRemote = ({ origin }: SysrootDeployment): boolean => origin?.get('origin', 'refspec')?.includes(':') ?? false;

/** What a soft reboot would start. */
async function preparedIn(sysroot: Sysroot): Promise<SysrootDeployment | null> {
  if (!existsSync(join(sysroot.state.run, NEXTROOT_BOOTED))) return null;
  return (await import('../../sysroot/soft-reboot.ts')).softRebootTarget(sysroot);
}

/** A deployment under the keys of libostree's `status --json`. */
function record(
  deployment: SysrootDeployment,
  index: number,
  pending: SysrootDeployment | null,
  nextRoot: SysrootDeployment | null,
  sysroot: Sysroot,
) {
  const { commit, stateroot, serial, origin, staged, unlocked } = deployment;
  const [version, title] = ['version', 'ostree.source-title'].map((key) => metadataText(deployment, key, sysroot));
  return {
    checksum: commit,
    stateroot,
    refspec: origin?.get('origin', 'refspec') ?? null,
    serial,
    index,
    booted: isSame(deployment, sysroot.booted),
    pending: isSame(deployment, pending),
    rollback: isSame(deployment, sysroot.rollback),
    'finalization-locked': staged && isStagedLocked(sysroot.state),
    'soft-reboot-target': isSame(deployment, nextRoot),
    staged,
    pinned: isPinned(deployment),
    unlocked,
    ...(version === undefined ? {} : { version }),
    ...(title === undefined ? {} : { 'source-title': title }),
  };
}

/** Text of the commit's metadata; undefined where it has none, or is not there any more. */
function metadataText({ commit }: SysrootDeployment, key: string, { repository }: Sysroot): string | undefined {
  if (repository.find(commit, 'commit') === undefined) return undefined;
  const variant = repository.readCommit(commit).metadata.get(key);
  return variant?.type === 's' ? String(variant.value) : undefined;
}

function placeOf(deployment: SysrootDeployment, pending: SysrootDeployment | null, sysroot: Sysroot): string {
  if (deployment.staged) return ' (staged)';
  if (isSame(deployment, pending)) return ' (pending)';
  return isSame(deployment, sysroot.rollback) ? ' (rollback)' : '';
}

function describe(deployment: SysrootDeployment, sysroot: Sysroot): string[] {
  const { origin, unlocked } = deployment;
  const lines: string[] = [];
  const version = metadataText(deployment, 'version', sysroot);
  if (version !== undefined) lines.push(`Version: ${version}`);
  if (unlocked !== 'none') lines.push(`Unlocked: ${unlocked}`);
  if (isPinned(deployment)) lines.push('Pinned: yes');
  if (origin === null) return [...lines, 'origin: none'];
  const refspec = origin.get('origin', 'refspec');
  lines.push(refspec === undefined ? 'origin: <unknown origin type>' : `origin refspec: ${refspec}`);
  const title = metadataText(deployment, 'ostree.source-title', sysroot);
  return title === undefined ? lines : [...lines, `\`- ${title}`];
}
