import { definePlugin, HostError } from '@ostrata/contract';

interface Config {
  readonly maxSetuid: number;
}

/** Refuses to commit a tree with more setuid programs than the site allows. */
export default definePlugin<Config>({
  name: 'setuid-audit',
  apiVersion: '^0.1.0',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: { maxSetuid: { type: 'integer', minimum: 0, default: 10 } },
  },
  errors: { SETUID_TOO_MANY: 'A tree has more setuid programs than the site allows.' },
  apply(host) {
    host.hooks['assemble.check'].tapPromise(async ({ tree }, ctx) => {
      const found = [...tree.walk()].filter(([, { type, mode }]) => type === 'file' && (mode & 0o4000) !== 0);
      ctx.progress.message(`${found.length} setuid programs`);
      if (found.length <= host.config.maxSetuid) return;
      const paths = found.map(([path]) => `/${path}`);
      throw new HostError('SETUID_TOO_MANY', `The tree has ${paths.length} setuid programs: ${paths.join(', ')}.`, {
        hint: `Leave packages out, or allow more with maxSetuid (now ${host.config.maxSetuid}).`,
        data: { paths },
      });
    });
  },
});
