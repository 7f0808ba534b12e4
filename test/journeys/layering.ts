import { DEPLOYER, definePlugin, type Plugin } from '@ostrata/core';

/** What these journeys keep in an origin. */
export interface Origin {
  readonly ref: string;
  readonly base: string;
  readonly packages: readonly string[];
}

/** Reads the origin of the system's default deployment into the request, as the layering of a real system does. */
export const layering: Plugin = definePlugin({
  name: 'test-layering',
  apiVersion: '^0.1.0',
  apply(host) {
    host.hooks['request.complete'].tapPromise(async (request, ctx) => {
      if (request.deploy === null || request.from !== 'fetch') return undefined;
      const [current] = await (await ctx.get(DEPLOYER)).list(request.deploy.sysroot);
      const origin = JSON.parse(current?.target.origin ?? '{}') as Origin;
      const { remote = null, add = [] } = (request.extras['journey'] ?? {}) as { remote?: string; add?: string[] };
      return {
        ...request,
        base: { rev: remote === null ? origin.base : origin.ref, pullFrom: remote },
        intent: {
          ...request.intent,
          install: [...origin.packages, ...add].map((spec) => ({ spec, origin: 'origin' })),
        },
        extras: {},
      };
    });
    host.hooks['deploy.target'].tapPromise(async (target) => target);
  },
});
