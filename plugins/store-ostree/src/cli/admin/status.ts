import { directoryName, isPinned, isSame, type SysrootDeployment } from '../../sysroot/deployment.ts';
import type { Sysroot } from '../../sysroot/sysroot.ts';
import { adminVerb } from './admin-verb.ts';

export const status = adminVerb({
  usage: '',
  options: [
    { name: 'verify', char: 'V', kind: 'flag', summary: 'Print the commit verification status' },
    { name: 'skip-signatures', char: 'S', kind: 'flag', summary: 'Skip signatures in output' },
    {
      name: 'is-default',
      char: 'D',
      kind: 'flag',
      summary: 'Output "default" if booted into the default, otherwise "not-default"',
    },
  ],
  writes: false,
  run({ options, sysroot, terminal }) {
    if (options.flag('is-default')) {
      const { booted, deployments } = sysroot;
      terminal.out(`${booted === null || isSame(booted, deployments[0]) ? 'default' : 'not-default'}\n`);
      return;
    }
    if (sysroot.deployments.length === 0) terminal.out('No deployments.\n');
    const pending = sysroot.booted === null ? null : sysroot.pending(sysroot.booted.stateroot);
    for (const deployment of sysroot.deployments) {
      const place = placeOf(deployment, pending, sysroot);
      const mark = isSame(deployment, sysroot.booted) ? '*' : ' ';
      terminal.out(`${mark} ${deployment.stateroot} ${directoryName(deployment)}${place}\n`);
      for (const line of describe(deployment, sysroot)) terminal.out(`    ${line}\n`);
    }
  },
});

function placeOf(deployment: SysrootDeployment, pending: SysrootDeployment | null, sysroot: Sysroot): string {
  if (deployment.staged) return ' (staged)';
  if (isSame(deployment, pending)) return ' (pending)';
  return isSame(deployment, sysroot.rollback) ? ' (rollback)' : '';
}

function describe(deployment: SysrootDeployment, { repository }: Sysroot): string[] {
  const { commit, origin, unlocked } = deployment;
  const metadata = repository.find(commit, 'commit') === undefined ? undefined : repository.readCommit(commit).metadata;
  const text = (key: string) => {
    const variant = metadata?.get(key);
    return variant?.type === 's' ? String(variant.value) : undefined;
  };
  const lines: string[] = [];
  const version = text('version');
  if (version !== undefined) lines.push(`Version: ${version}`);
  if (unlocked !== 'none') lines.push(`Unlocked: ${unlocked}`);
  if (isPinned(deployment)) lines.push('Pinned: yes');
  if (origin === null) return [...lines, 'origin: none'];
  const refspec = origin.get('origin', 'refspec');
  lines.push(refspec === undefined ? 'origin: <unknown origin type>' : `origin refspec: ${refspec}`);
  const title = text('ostree.source-title');
  return title === undefined ? lines : [...lines, `\`- ${title}`];
}
