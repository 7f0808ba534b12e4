import { matchesGlob } from 'node:path';
import { type CommandInput, type CommandResult, type Context, evrOf, nevraOf } from '@ostrata/contract';
import { withStore } from '../update/taps.ts';
import { advisoriesOf, asJson, renderAdvisories } from './advisories.ts';
import { formatOf, heading, packagesIn, repositoryOf, resolveRevision } from './packages.ts';

/** The packages of commits, in rpm-ostree's lines. */
export async function dbList(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const words = input.args['revision'] as readonly string[];
  return withStore(repositoryOf(input), ctx, async (store) => {
    const format = await formatOf(ctx);
    const known = await Promise.all(words.map((word) => store.resolve(word)));
    const end = known.indexOf(null);
    const revisions = end < 0 ? words : words.slice(0, Math.max(end, 1));
    const patterns = words.slice(revisions.length);
    const commits = [];
    let text = '';
    for (const word of revisions) {
      const commit = await resolveRevision(store, word);
      const all = (await packagesIn(store, commit, format)).map((pkg) => ({ ...pkg, nevra: nevraOf(pkg) }));
      const found = all
        .filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => matchesGlob(name, pattern)))
        .sort((a, b) => (a.nevra < b.nevra ? -1 : 1));
      const advisories = input.flags['advisories'] === true ? await advisoriesOf(store, commit) : null;
      text += `ostree commit: ${heading(word, commit)}\n${found.map(({ nevra }) => ` ${nevra}\n`).join('')}`;
      if (advisories !== null) text += renderAdvisories(advisories);
      commits.push({
        revision: word,
        commit,
        packages: found.map((pkg) => [pkg.nevra, pkg.name, evrOf(pkg), pkg.arch]),
        ...(advisories === null ? {} : { advisories: asJson(advisories) }),
      });
    }
    return { data: { commits }, text };
  });
}
