import { type Context, evrOf, identityAt, nevraOf, PACKAGE_FORMAT, SOURCE, type SourceRef } from '@ostrata/contract';
import { layeringError } from '../errors.ts';

/** Whether a word is a whole name: `NAME-[EPOCH:]VERSION-RELEASE.ARCH`. */
export const isNevra = (word: string): boolean => /^[^/\s]+-[^-/\s]+-[^-/\s]+\.\w+$/.test(word);

/**
 * Brings packages of one repository into the cache: the newest build of a name, or exactly the build of a whole name. Returns their files.
 * @throws HostError LAYERING_REPOSITORIES, LAYERING_OVERRIDE
 */
export async function frozenFiles(
  words: readonly string[],
  id: string,
  repositories: readonly SourceRef[],
  cacheOnly: boolean,
  ctx: Context,
): Promise<readonly string[]> {
  const repository = repositories.find((one) => one.id === id);
  if (repository === undefined) {
    throw layeringError('LAYERING_REPOSITORIES', `No repository ${id} is enabled.`, {
      hint: repositories.length === 0 ? 'None is.' : `Enabled are: ${repositories.map((one) => one.id).join(', ')}.`,
      data: { repository: id, enabled: repositories.map((one) => one.id) },
    });
  }
  const source = await ctx.get(SOURCE, repository.kind);
  const snapshot = await source.refresh(repository, { cacheOnly }, ctx);
  const table = await source.open(snapshot, ctx);
  const format = await ctx.get(PACKAGE_FORMAT, table.format);
  const files: string[] = [];
  for (const word of words) {
    let best = -1;
    for (let index = 0; index < table.count; index++) {
      const pkg = identityAt(table, index);
      if (pkg.arch !== 'noarch' && pkg.arch !== ctx.environment.arch && nevraOf(pkg) !== word) continue;
      if (pkg.name !== word && nevraOf(pkg) !== word) continue;
      if (best < 0 || format.compare(evrOf(pkg), evrOf(identityAt(table, best))) > 0) best = index;
    }
    if (best < 0) {
      throw layeringError('LAYERING_OVERRIDE', `The repository ${id} has no package ${word}.`, {
        hint: `See what it has with \`ostrata repoquery --repo ${id}\`.`,
        data: { package: word, repository: id },
      });
    }
    files.push(await source.fetch(table.planned(best, 'requested'), snapshot, { cacheOnly }, ctx));
  }
  return files;
}
