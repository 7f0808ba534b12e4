import { definePlugin, type JourneyCommandSpec } from '@ostrata/contract';
import { DEPLOY_FLAGS, SYSTEM_FLAGS, UNCHANGED_FLAG } from '@ostrata/system-verbs';
import { ERRORS } from './errors.ts';

const initramfsEtc: JourneyCommandSpec = {
  id: 'initramfs-etc',
  summary: 'Put files of /etc into the initramfs',
  description:
    'Tracked files and directories are laid over the initramfs of every new deployment, as they are in /etc at that time, without making it anew: settings that are needed before the root file system is there. Without a flag the tracked files are shown.',
  flags: {
    track: { kind: 'string', multiple: true, summary: 'Track a file or directory below /etc' },
    untrack: { kind: 'string', multiple: true, summary: 'Track it no more' },
    'untrack-all': { kind: 'boolean', summary: 'Track nothing any more' },
    'force-sync': { kind: 'boolean', summary: 'Make a new deployment with the tracked files as they are now' },
    'unchanged-exit-77': UNCHANGED_FLAG,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: [
    'ostrata initramfs-etc --track=/etc/crypttab --track=/etc/multipath.conf',
    'ostrata initramfs-etc --force-sync',
    'ostrata initramfs-etc --untrack-all',
  ],
  request: async (input, ctx) => (await import('./verb.ts')).initramfsEtcRequest(input, ctx),
  result: async (outcome, input) => (await import('./verb.ts')).initramfsEtcResult(outcome, input),
};

/** Files of /etc in an overlay of the initramfs. What is tracked is in the origin, so that every new deployment gets them. */
export default definePlugin({
  name: 'initramfs-etc',
  apiVersion: '^0.1.0',
  errors: ERRORS,
  commands: [initramfsEtc],
  apply(host) {
    host.hooks['deploy.target'].tapPromise(async (target, ctx) => {
      if (target.initrds.length === 0 && !target.origin.includes('initramfs-etc')) return undefined;
      return (await import('./target.ts')).overlayTarget(target, ctx);
    });
  },
});
