import { type Context, OBJECT_STORES, type ObjectStore, PACKAGE_FORMAT, type PackageTable } from '@ostrata/contract';
import { layeringError } from '../errors.ts';

export async function withStore<T>(
  location: string,
  ctx: Context,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const store = await (await ctx.get(OBJECT_STORES)).open(location);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/** The packages of an image. Throws LAYERING_FILES where no plugin knows packages, LAYERING_IMAGE where there are none. */
export async function packagesOf(store: ObjectStore, commit: string, ctx: Context): Promise<PackageTable> {
  const [key] = ctx.keys(PACKAGE_FORMAT);
  if (key === undefined) {
    throw layeringError('LAYERING_FILES', 'No plugin that knows packages is loaded.', {
      hint: 'Enable one, such as repo-rpm.',
    });
  }
  const packages = await (await ctx.get(PACKAGE_FORMAT, key)).installed(await store.openTree(commit));
  if (packages.count > 0) return packages;
  throw layeringError('LAYERING_IMAGE', `The image ${commit} has no package database.`, {
    hint: 'Packages can be laid over images that were made of packages.',
    data: { commit },
  });
}

/** The image that a commit of this machine lays packages over, else the commit itself. */
export async function imageOf(store: ObjectStore, commit: string): Promise<string> {
  const { parent, metadata } = await store.readCommit(commit);
  return metadata['rpmostree.clientlayer']?.value === true && parent !== null ? parent : commit;
}
