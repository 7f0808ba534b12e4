import { definePlugin, type JourneyCommandSpec } from '@ostrata/contract';
import { DEPLOY_FLAGS, SYSTEM_FLAGS, UNCHANGED_FLAG } from '@ostrata/system-verbs';
import { ERRORS } from './errors.ts';

const initramfs: JourneyCommandSpec = {
  id: 'initramfs',
  summary: 'Make the initramfs on this machine, or use that of the image again',
  description:
    'With --enable each new tree gets an initramfs that is made here, of the tree and the /etc of this machine, with the arguments of dracut that its image was made with and those of --arg. Without a flag the present state is shown.',
  flags: {
    enable: { kind: 'boolean', summary: 'Make the initramfs on this machine' },
    arg: { kind: 'string', multiple: true, summary: 'Append an argument for dracut; each word is one' },
    disable: { kind: 'boolean', summary: 'Use the initramfs of the image' },
    'unchanged-exit-77': UNCHANGED_FLAG,
    ...DEPLOY_FLAGS,
    ...SYSTEM_FLAGS,
  },
  examples: [
    'ostrata initramfs',
    'ostrata initramfs --enable --arg=--add-drivers --arg=virtio_net',
    'ostrata initramfs --enable --arg=-I --arg=/etc/crypttab',
    'ostrata initramfs --disable',
  ],
  request: async (input, ctx) => (await import('./verb.ts')).initramfsRequest(input, ctx),
  result: async (outcome, input) => (await import('./verb.ts')).initramfsResult(outcome, input),
};

/** An initramfs that a machine makes for itself. Whether it does is in the origin, so that each upgrade does it again. */
export default definePlugin({
  name: 'initramfs',
  apiVersion: '^0.1.0',
  errors: ERRORS,
  commands: [initramfs],
  apply(host) {
    const load = () => import('./taps.ts');
    const KEY = 'regenerate-initramfs';
    host.hooks['request.complete'].tapPromise(async (request, ctx) => {
      return request.deploy?.origin?.includes(KEY) ? (await load()).knowPrevious(request, ctx) : undefined;
    });
    host.hooks['resolve.plan'].tapPromise(async (plan, ctx) => {
      return plan.deploy?.origin?.includes(KEY) ? (await load()).planInitramfs(plan, ctx) : undefined;
    });
    host.hooks['resolve.check'].tapPromise(async (plan) => {
      if (plan.inputs.extras['initramfs'] !== undefined) (await load()).checkLayers(plan);
    });
    host.hooks['assemble.populate'].tapPromise(async (assembly) => {
      if (assembly.plan.inputs.extras['initramfs'] !== undefined) (await load()).dropInitramfs(assembly);
    });
    host.hooks['commit.metadata'].tapPromise(async ({ meta, assembly }) => {
      if (assembly.plan.inputs.extras['initramfs'] === undefined) return undefined;
      const changed = (await load()).layerMetadata(meta, assembly.plan);
      return changed === undefined ? undefined : { meta: changed, assembly };
    });
  },
});
