import { definePlugin } from '@ostrata/contract';
import { COMMANDS } from './commands.ts';
import { configSchema, type LayeringConfig } from './config.schema.ts';
import { ERRORS } from './errors.ts';
import { ActiveMemory } from './taps/memory.ts';

/** Packages on top of an image, and in place of packages of it, as the origin of a deployment asks for them. */
export default definePlugin<LayeringConfig>({
  name: 'layering',
  apiVersion: '^0.1.0',
  // What it follows is known, and so is whether it gets an initramfs of its own.
  after: ['client', 'initramfs'],
  config: configSchema,
  errors: ERRORS,
  commands: COMMANDS,
  apply({ config, hooks }) {
    const memory = new ActiveMemory();
    hooks['request.complete'].tapPromise(async (request, ctx) => {
      if (request.from !== 'fetch' || request.deploy === null) return undefined;
      return (await import('./taps/complete.ts')).completeLayers(request, config, ctx);
    });
    hooks['resolve.intent'].tapPromise(async ({ intent, sources }, ctx) => {
      if (sources.request.deploy?.extras['layering'] === undefined) return undefined;
      const narrowed = await (await import('./taps/intent.ts')).narrowIntent(intent, sources, memory, ctx);
      return narrowed === undefined ? undefined : { intent: narrowed, sources };
    });
    hooks['resolve.plan'].tapPromise(async (plan, ctx) => {
      if (memory.recall(ctx) === undefined) return undefined;
      return (await import('./taps/plan.ts')).planLayers(plan, memory, ctx);
    });
    hooks['resolve.check'].tapPromise(async (plan, ctx) => {
      if (memory.recall(ctx) === undefined) return;
      (await import('./taps/plan.ts')).checkBase(plan, memory, ctx);
    });
    hooks['deploy.staged'].tapPromise(async (deployment, ctx) =>
      (await import('./taps/base-refs.ts')).keepImages(deployment, ctx),
    );
    hooks['finalize.cleanup'].tapPromise(async (outcome, ctx) =>
      (await import('./taps/imports.ts')).dropImports(outcome, ctx),
    );
  },
});
