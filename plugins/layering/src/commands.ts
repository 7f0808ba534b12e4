import type { ArgSpec, FlagSpec, JourneyCommandSpec } from '@ostrata/contract';
import { DEPLOY_FLAGS, SYSTEM_FLAGS, UNCHANGED_FLAG } from '@ostrata/system-verbs';

const flag = (summary: string, more: Partial<FlagSpec> = {}): FlagSpec => ({ kind: 'boolean', summary, ...more });
const list = (summary: string): FlagSpec => ({ kind: 'string', multiple: true, summary });

const COMMON = {
  'dry-run': flag('Only show which packages would come and go', { char: 'n' }),
  'cache-only': flag('Open no connection: use what is here', { char: 'C' }),
  'download-only': flag('Fetch packages and deploy nothing'),
  'unchanged-exit-77': UNCHANGED_FLAG,
  assumeyes: flag('Has no effect: nothing is asked', { char: 'y', hidden: true }),
  ...DEPLOY_FLAGS,
  ...SYSTEM_FLAGS,
};
const INSTALL = { install: list('Install this package as well') };
const UNINSTALL = { uninstall: list('Uninstall this package as well') };
const verbs = () => import('./verbs/verbs.ts');
const result: JourneyCommandSpec['result'] = async (outcome, input, ctx) =>
  (await import('./verbs/result.ts')).layersResult(outcome, input, ctx);
const packages = (summary: string, required: boolean): readonly ArgSpec[] => [
  { name: 'package', summary, required, multiple: true },
];

const install: JourneyCommandSpec = {
  id: 'install',
  aliases: ['pkg-add'],
  summary: 'Lay packages over the image',
  description:
    'PACKAGE is a name, what a package provides, a path of a file in it, a pattern, NAME-VERSION-RELEASE.ARCH, @GROUP, a file (.rpm) or its URL. The request is kept: each later tree of the system has the packages. Packages of the image stay as they are.',
  args: packages('Packages to install', true),
  flags: {
    ...UNINSTALL,
    idempotent: flag('Packages that are requested already are no error'),
    'allow-inactive': flag('Request also what the image has, for the day when it has it no more'),
    'force-replacefiles': flag('Files of package files (.rpm) replace those of other packages'),
    ...COMMON,
  },
  examples: [
    'ostrata install htop strace',
    'ostrata install /usr/bin/strace --uninstall htop',
    'ostrata install ./mine-1.0-1.x86_64.rpm --reboot',
  ],
  request: async (input, ctx) => (await verbs()).installRequest(input, ctx),
  result,
};

const uninstall: JourneyCommandSpec = {
  id: 'uninstall',
  aliases: ['remove', 'pkg-remove'],
  summary: 'Take packages away that were laid over the image',
  description:
    'PACKAGE is a request in the words in which it was made; for packages that came as files, a name or NAME-VERSION-RELEASE.ARCH.',
  args: packages('Packages to uninstall', false),
  flags: {
    all: flag('Everything that is laid over the image'),
    ...INSTALL,
    idempotent: flag('Packages that are not requested are no error'),
    ...COMMON,
  },
  examples: ['ostrata uninstall htop', 'ostrata uninstall --all'],
  request: async (input, ctx) => (await verbs()).uninstallRequest(input, ctx),
  result,
};

const replace: JourneyCommandSpec = {
  id: 'override replace',
  summary: 'Replace packages of the image',
  description:
    'PACKAGE is a file (.rpm) or its URL; with --from the name of a package of the image, whose newest build is taken at each upgrade, or NAME-VERSION-RELEASE.ARCH, which stays.',
  args: packages('Packages that take the place of those of the same name', true),
  flags: {
    from: { kind: 'string', summary: 'Take packages from there: repo=ID' },
    freeze: flag('With --from: keep these builds, also when the repository gets newer ones'),
    remove: list('Remove this package of the image as well'),
    experimental: flag('Has no effect', { hidden: true }),
    ...INSTALL,
    ...UNINSTALL,
    ...COMMON,
  },
  examples: ['ostrata override replace ./bash-5.3-1.x86_64.rpm', 'ostrata override replace --from repo=updates bash'],
  request: async (input, ctx) => (await verbs()).replaceRequest(input, ctx),
  result,
};

const remove: JourneyCommandSpec = {
  id: 'override remove',
  summary: 'Remove packages of the image',
  args: packages('Names of packages of the image', true),
  flags: { replace: list('Replace a package of the image by this file as well'), ...INSTALL, ...UNINSTALL, ...COMMON },
  examples: ['ostrata override remove nano'],
  request: async (input, ctx) => (await verbs()).removeRequest(input, ctx),
  result,
};

const resetOverrides: JourneyCommandSpec = {
  id: 'override reset',
  summary: 'Have packages of the image as they are in the image',
  args: packages('Names of packages that are removed or replaced', false),
  flags: { all: flag('All of them', { char: 'a' }), ...INSTALL, ...UNINSTALL, ...COMMON },
  examples: ['ostrata override reset bash', 'ostrata override reset --all'],
  request: async (input, ctx) => (await verbs()).resetOverridesRequest(input, ctx),
  result,
};

const reset: JourneyCommandSpec = {
  id: 'reset',
  summary: 'Have the image as it is: nothing laid over it, nothing replaced',
  flags: {
    overlays: flag('Only packages that are laid over it', { char: 'l' }),
    overrides: flag('Only packages of it that are removed or replaced', { char: 'o' }),
    initramfs: flag('Only an initramfs that was made here', { char: 'i' }),
    ...INSTALL,
    ...UNINSTALL,
    ...COMMON,
  },
  examples: ['ostrata reset', 'ostrata reset --overrides', 'ostrata reset --install htop'],
  request: async (input, ctx) => (await verbs()).resetRequest(input, ctx),
  result,
};

/** Verbs about what is laid over the image. */
export const COMMANDS: readonly JourneyCommandSpec[] = [install, uninstall, replace, remove, resetOverrides, reset];
