import {
  type HostError,
  type ImageSpec,
  type ImportedPackage,
  nevraOf,
  type ObjectStore,
  type OverlayConflict,
  PACKAGE_FORMAT,
  type Tree,
} from '@ostrata/contract';
import { coreError, joined } from '../errors.ts';
import type { StageContext } from './stage-context.ts';

const REASONS: { readonly [reason in OverlayConflict['reason']]: string } = {
  content: 'with different contents',
  type: 'one as a directory and one not',
  metadata: 'with different owners or permissions',
};

/** Lays packages over a tree in order. Throws OVERLAY_CONFLICT with every conflict, each naming the path and both packages. */
export async function overlayAll(
  ctx: StageContext,
  tree: Tree,
  packages: readonly ImportedPackage[],
  image: ImageSpec,
  store: ObjectStore,
): Promise<void> {
  const problems: HostError[] = [];
  for (const [index, imported] of packages.entries()) {
    ctx.signal.throwIfAborted();
    const format = await ctx.get(PACKAGE_FORMAT, imported.package.format);
    for (const conflict of await format.overlay(tree, imported, image)) {
      const owner = await ownerOf(ctx, conflict.path, packages.slice(0, index), store);
      problems.push(explain(conflict, imported, owner));
    }
  }
  if (problems.length > 0) throw joined('OVERLAY_CONFLICT', 'Packages disagree about files.', problems);
}

/** The package laid over before that has a path; null when it came with the base. */
async function ownerOf(
  ctx: StageContext,
  path: string,
  packages: readonly ImportedPackage[],
  store: ObjectStore,
): Promise<ImportedPackage | null> {
  for (const imported of packages) {
    const format = await ctx.get(PACKAGE_FORMAT, imported.package.format);
    if ((await format.files(imported, store)).includes(path)) return imported;
  }
  return null;
}

function explain(conflict: OverlayConflict, imported: ImportedPackage, owner: ImportedPackage | null): HostError {
  const newcomer = nevraOf(imported.package);
  const other = owner === null ? 'the base image' : nevraOf(owner.package);
  return coreError(
    'OVERLAY_CONFLICT',
    `${newcomer} and ${other} both have /${conflict.path}, ${REASONS[conflict.reason]}.`,
    {
      hint: `Leave one of them out, or take the file out of one (treefile: remove-from-packages).`,
      data: { path: `/${conflict.path}`, packages: [newcomer, other], reason: conflict.reason },
    },
  );
}
