import { createHash } from 'node:crypto';
import { type CommandInput, type CommandResult, type Context, evrOf, type PackageIdentity } from '@ostrata/contract';
import { withStore } from '../update/taps.ts';
import { formatOf, heading, packagesIn, repositoryOf, resolveRevision } from './packages.ts';

/** One word for all packages of a commit, the same that rpm-ostree gives. */
export async function dbVersion(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const words = input.args['revision'] as readonly string[];
  return withStore(repositoryOf(input), ctx, async (store) => {
    const format = await formatOf(ctx);
    const commits = [];
    let text = '';
    for (const word of words) {
      const commit = await resolveRevision(store, word);
      const packages = await packagesIn(store, commit, format);
      const version = versionOf(packages, format.compare);
      commits.push({ revision: word, commit, version });
      text += `ostree commit: ${heading(word, commit)}\n  rpmdbv is: ${version.padStart(66)}\n`;
    }
    return { data: { commits }, text };
  });
}

/** Count and SHA-256 of `[EPOCH:]NAME-VERSION-RELEASE.ARCH` of all, by name and version (rpm-ostree, src/libpriv/rpmostree-rpm-util.cxx). */
function versionOf(packages: readonly PackageIdentity[], compare: (a: string, b: string) => number): string {
  const sorted = packages.toSorted((a, b) =>
    a.name === b.name ? compare(evrOf(a), evrOf(b)) : a.name < b.name ? -1 : 1,
  );
  const hash = createHash('sha256');
  for (const { name, epoch, version, release, arch } of sorted) {
    hash.update(`${epoch > 0 ? `${epoch}:` : ''}${name}-${version}-${release}.${arch}`);
  }
  return `${packages.length}:${hash.digest('hex')}`;
}
