import type { VerbEntry, VerbGroup } from '../verb-entry.ts';

const entry = (name: string, summary: string, load: VerbEntry['load']): VerbEntry => ({
  name,
  summary,
  repo: 'none',
  load,
});
const hidden = (name: string, summary: string, load: VerbEntry['load']): VerbEntry => ({
  ...entry(name, summary, load),
  hidden: true,
});

/** The verbs of `ostree admin`, which work on a sysroot. */
export const ADMIN_VERBS: readonly (VerbEntry | VerbGroup)[] = [
  entry(
    'cleanup',
    'Delete untagged deployments and repository objects',
    async () => (await import('./cleanup.ts')).cleanup,
  ),
  entry(
    'config-diff',
    'Diff current /etc configuration versus default',
    async () => (await import('./config-diff.ts')).configDiff,
  ),
  entry(
    'deploy',
    'Checkout revision REFSPEC as the new default deployment',
    async () => (await import('./deploy.ts')).deploy,
  ),
  hidden(
    'finalize-staged',
    'Internal command to run at shutdown time',
    async () => (await import('./finalize-staged.ts')).finalizeStaged,
  ),
  hidden(
    'boot-complete',
    'Internal command to run at boot after an update was applied',
    async () => (await import('./finalize-staged.ts')).bootComplete,
  ),
  entry('init-fs', 'Initialize a root filesystem', async () => (await import('./init-fs.ts')).initFs),
  {
    name: 'instutil',
    summary: 'Deprecated commands intended for installer programs',
    hidden: true,
    verbs: [
      entry(
        'grub2-generate',
        'Generate GRUB2 configuration from given BLS entries',
        async () => (await import('./grub2-generate.ts')).grub2Generate,
      ),
      entry(
        'selinux-ensure-labeled',
        'Relabel all or part of a deployment',
        async () => (await import('./ensure-labeled.ts')).ensureLabeled,
      ),
      entry('set-kargs', 'Set new kernel command line arguments', async () => (await import('./kargs.ts')).setKargs),
    ],
  },
  {
    name: 'kargs',
    summary: 'Change kernel arguments',
    verbs: [
      entry(
        'edit-in-place',
        'Set new kernel command line arguments in place',
        async () => (await import('./kargs.ts')).editInPlace,
      ),
    ],
  },
  entry(
    'os-init',
    'Initialize empty state for given operating system',
    async () => (await import('./init-fs.ts')).osInit,
  ),
  entry('pin', 'Change the "pinning" state of a deployment', async () => (await import('./pin.ts')).pin),
  entry(
    'prepare-soft-reboot',
    'Prepare deployment for soft-reboot',
    async () => (await import('./prepare-soft-reboot.ts')).prepareSoftRebootVerb,
  ),
  entry(
    'set-default',
    'Make deployment INDEX the default for the next boot',
    async () => (await import('./set-default.ts')).setDefault,
  ),
  entry(
    'set-origin',
    'Set Origin and create a new origin file',
    async () => (await import('./set-origin.ts')).setOrigin,
  ),
  entry(
    'stateroot-init',
    'Initialize empty state for given operating system',
    async () => (await import('./init-fs.ts')).osInit,
  ),
  entry('status', 'List deployments', async () => (await import('./status.ts')).status),
  entry(
    'switch',
    'Construct new tree from REFSPEC and deploy it',
    async () => (await import('./upgrade.ts')).switchVerb,
  ),
  entry('undeploy', 'Delete deployment INDEX', async () => (await import('./undeploy.ts')).undeploy),
  entry(
    'unlock',
    'Make the current deployment mutable (as a hotfix or development)',
    async () => (await import('./unlock.ts')).unlock,
  ),
  entry(
    'upgrade',
    'Construct new tree from current origin and deploy it, if it changed',
    async () => (await import('./upgrade.ts')).upgrade,
  ),
];
