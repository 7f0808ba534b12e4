import type { FlagSpec, JourneyCommandSpec } from '@ostrata/contract';
import { DEPLOY_FLAGS, SYSTEM_FLAGS, UNCHANGED_FLAG } from '@ostrata/system-verbs';

const flag = (summary: string, more: Partial<FlagSpec> = {}): FlagSpec => ({ kind: 'boolean', summary, ...more });

const FETCH_FLAGS = {
  'cache-only': flag('Open no connection: use what is here', { char: 'C' }),
  'download-only': flag('Fetch and deploy nothing'),
};

/** For the plugin that lays packages over images. */
const LAYER_FLAGS = {
  install: { kind: 'string', multiple: true, summary: 'Install this package as well' },
  uninstall: { kind: 'string', multiple: true, summary: 'Uninstall this package as well' },
} as const satisfies { readonly [name: string]: FlagSpec };

const upgrade: JourneyCommandSpec = {
  id: 'upgrade',
  aliases: ['update'],
  summary: 'Deploy the newest tree of the branch that is followed',
  description:
    'On the running system the new tree is finished at shutdown; below another --sysroot at once. A tree that is older than the present one is refused.',
  flags: {
    'allow-downgrade': flag('Deploy also a tree that is older than the present one'),
    check: flag('Only look whether there is a newer tree; exit with status 77 if not'),
    preview: flag('As --check, and show which packages change'),
    ...FETCH_FLAGS,
    'unchanged-exit-77': UNCHANGED_FLAG,
    'bypass-driver': flag('Upgrade also when a driver of updates is registered'),
    ...LAYER_FLAGS,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: [
    'ostrata upgrade',
    'ostrata upgrade --check',
    'ostrata upgrade --reboot',
    'ostrata upgrade --sysroot /mnt',
  ],
  request: async (input, ctx) => (await import('../update/upgrade.ts')).upgradeRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('../update/upgrade.ts')).upgradeResult(outcome, input, ctx),
};

const rebase: JourneyCommandSpec = {
  id: 'rebase',
  summary: 'Follow another branch, and deploy its tree',
  description:
    'REFSPEC is REMOTE:REF, REF of the same remote, REMOTE: for the same ref, or /REPOSITORY:REF for a repository on this machine. REVISION is version=V or revision=CHECKSUM.',
  args: [
    { name: 'refspec', summary: 'Branch to follow', required: false },
    { name: 'revision', summary: 'In place of its newest commit', required: false },
  ],
  flags: {
    branch: { kind: 'string', char: 'b', summary: 'Follow this ref of the same remote' },
    remote: { kind: 'string', char: 'm', summary: 'Follow the same ref of this remote' },
    'skip-purge': flag('Keep the ref that was followed'),
    'disallow-downgrade': flag('Refuse a tree that is older than the present one'),
    'custom-origin-url': { kind: 'string', summary: 'URL that says where the tree comes from, for status' },
    'custom-origin-description': { kind: 'string', summary: 'The same in words' },
    experimental: flag('Has no effect', { hidden: true }),
    ...FETCH_FLAGS,
    'bypass-driver': flag('Rebase also when a driver of updates is registered'),
    ...LAYER_FLAGS,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: [
    'ostrata rebase os:os/testing',
    'ostrata rebase --branch os/testing --reboot',
    'ostrata rebase /srv/repo:mine',
  ],
  request: async (input, ctx) => (await import('../update/rebase.ts')).rebaseRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('../update/rebase.ts')).rebaseResult(outcome, input, ctx),
};

const deploy: JourneyCommandSpec = {
  id: 'deploy',
  summary: 'Deploy one version or commit of the branch that is followed',
  description: 'The system stays at it until the next upgrade.',
  args: [{ name: 'revision', summary: 'version=V, revision=CHECKSUM, or either alone', required: false }],
  flags: {
    preview: flag('Only show which packages would change'),
    'skip-branch-check': flag('Do not check that the commit is on the branch'),
    'disallow-downgrade': flag('Refuse a tree that is older than the present one'),
    ...FETCH_FLAGS,
    'unchanged-exit-77': UNCHANGED_FLAG,
    'register-driver': {
      kind: 'string',
      summary:
        'Note the calling service as the driver of updates, under this name; without REVISION nothing else is done',
    },
    'bypass-driver': flag('Deploy also when a driver of updates is registered'),
    ...LAYER_FLAGS,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: ['ostrata deploy version=40.2', 'ostrata deploy --skip-branch-check revision=CHECKSUM'],
  request: async (input, ctx) => (await import('../update/deploy.ts')).deployRequest(input, ctx),
  result: async (outcome, input, ctx) => (await import('../update/deploy.ts')).deployResult(outcome, input, ctx),
};

/** Verbs that bring another tree. */
export const UPDATE_COMMANDS: readonly JourneyCommandSpec[] = [upgrade, rebase, deploy];
