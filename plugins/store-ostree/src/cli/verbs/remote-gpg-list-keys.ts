import { VERIFIER } from '@ostrata/contract';
import { openRepository } from '../open.ts';
import { gpgKeyrings } from '../signing/import-keys.ts';
import { GPG } from '../signing/mechanism.ts';
import { gpgSources } from '../signing/show.ts';
import type { Verb } from '../verb.ts';

export const remoteGpgListKeys: Verb = {
  usage: 'NAME',
  options: [],
  async run({ repo: path, args, terminal }) {
    const repo = openRepository(path);
    const name = args[0];
    await terminal.withContext(async (ctx) => {
      const keyrings = await gpgKeyrings(ctx);
      const verifier = await ctx.get(VERIFIER, GPG);
      // Of a remote only its own keys are shown, although those of the system count for it where it has none.
      const sources =
        name === undefined
          ? await verifier.trusted({ repository: null, remote: null, options: {} })
          : await gpgSources(repo, verifier, name, { system: null });
      for (const key of await keyrings.list(sources, ctx)) terminal.out(`${keyrings.describe(key).join('\n')}\n`);
    });
  },
};
