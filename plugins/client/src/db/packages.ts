import { resolve } from 'node:path';
import {
  type CommandInput,
  type Context,
  type ObjectStore,
  PACKAGE_FORMAT,
  type PackageFormat,
  type PackageIdentity,
} from '@ostrata/contract';
import { packagesOf } from '@ostrata/package-diff';
import { clientError } from '../errors.ts';

/** The repository that a verb looks into: that of the system unless another one is named. */
export const repositoryOf = ({ flags }: CommandInput): string =>
  typeof flags['repo'] === 'string' ? resolve(flags['repo']) : resolve(String(flags['sysroot']), 'ostree/repo');

/** Throws CLIENT_REVISION. */
export async function resolveRevision(store: ObjectStore, word: string): Promise<string> {
  const found = await store.resolve(word);
  if (found !== null) return found;
  throw clientError('CLIENT_REVISION', `There is no commit ${word} in ${store.location}.`, {
    hint: '`ostrata ostree refs` lists its branches.',
    data: { revision: word, repository: store.location },
  });
}

export async function formatOf(ctx: Context): Promise<PackageFormat> {
  const [key] = ctx.keys(PACKAGE_FORMAT);
  if (key !== undefined) return ctx.get(PACKAGE_FORMAT, key);
  throw clientError('CLIENT_PACKAGES', 'No plugin is loaded that knows packages.', {
    hint: 'Enable repo-rpm, or another plugin with a package format.',
  });
}

/** Throws CLIENT_PACKAGES where a commit does not say which packages it has. */
export async function packagesIn(
  store: ObjectStore,
  commit: string,
  format: PackageFormat,
): Promise<PackageIdentity[]> {
  const found = await packagesOf(store, commit, format);
  if (found !== null) return found;
  throw clientError('CLIENT_PACKAGES', `The packages of the commit ${commit} are not known.`, {
    hint: 'It names none, and has no package database that can be read: is it here with its tree?',
    data: { commit, repository: store.location },
  });
}

/** How a commit is named in a heading. */
export const heading = (word: string, commit: string): string => (word === commit ? word : `${word} (${commit})`);
