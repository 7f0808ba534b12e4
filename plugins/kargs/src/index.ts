import { definePlugin, type JourneyCommandSpec } from '@ostrata/contract';
import { DEPLOY_FLAGS, SYSTEM_FLAGS, UNCHANGED_FLAG } from '@ostrata/system-verbs';
import { ERRORS } from './errors.ts';

const kargs: JourneyCommandSpec = {
  id: 'kargs',
  summary: 'Show kernel arguments, or change them for a new deployment',
  description:
    'Without a change the arguments of the deployment that boots next are shown. A change makes a new deployment of the same tree; nothing of the tree is done again. KEY=VALUE is one argument, and a KEY may have several.',
  flags: {
    append: { kind: 'string', multiple: true, summary: 'Append KEY=VALUE; KEY may be there already, as with console=' },
    replace: { kind: 'string', multiple: true, summary: 'Replace KEY=OLD=NEW, or KEY=NEW where KEY is there once' },
    delete: { kind: 'string', multiple: true, summary: 'Delete KEY=VALUE, or KEY where it is there once' },
    'append-if-missing': { kind: 'string', multiple: true, summary: 'Append KEY=VALUE unless KEY is there' },
    'delete-if-present': { kind: 'string', multiple: true, summary: 'Delete KEY=VALUE or KEY if it is there' },
    'import-proc-cmdline': { kind: 'boolean', summary: 'Start from the arguments of the running kernel' },
    editor: { kind: 'boolean', summary: 'Change them in an editor' },
    'deploy-index': { kind: 'integer', summary: 'Start from the arguments of the deployment of this number' },
    'unchanged-exit-77': UNCHANGED_FLAG,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: [
    'ostrata kargs',
    'ostrata kargs --append=nosmt=force --delete=quiet',
    'ostrata kargs --append-if-missing=systemd.show_status=1 --unchanged-exit-77',
  ],
  request: async (input, ctx) => (await import('./verb.ts')).kargsRequest(input, ctx),
  result: async (outcome, input) => (await import('./verb.ts')).kargsResult(outcome, input),
};

/** Kernel arguments. What a request has for it (`deploy.extras.kargs`) is applied to those of the deployment that is followed. */
export default definePlugin({
  name: 'kargs',
  apiVersion: '^0.1.0',
  errors: ERRORS,
  commands: [kargs],
  apply(host) {
    host.hooks['deploy.target'].tapPromise(async (target) => {
      const asked = target.extras['kargs'];
      if (asked === undefined) return undefined;
      const { changeKargs, parseChanges } = await import('./changes.ts');
      return { ...target, kargs: changeKargs(target.kargs, parseChanges(asked)) };
    });
  },
});
