import type { CommitMeta, ImageSpec, ObjectStore } from '@ostrata/contract';

/** Commits that are only there to be laid over a tree: no ref names them, and the next prune takes them. */
export const UNREACHABLE: CommitMeta = { ref: null, parent: null, subject: '', body: '', timestamp: 0, metadata: {} };

/** What is laid over a tree for a package. */
export interface LayerContent {
  readonly commit: string;
  /** Paths that were left out. */
  readonly omitted: readonly string[];
}

/**
 * A package's files without those that the image leaves out (rpm-ostree, rpmostree-core.cxx, the checkout filter of
 * `remove-from-packages`): so they conflict with nobody either.
 */
export async function withoutOmitted(
  commit: string,
  name: string,
  image: ImageSpec,
  store: ObjectStore,
): Promise<LayerContent> {
  const patterns = (image.omit ?? [])
    .filter((rule) => rule.package === name)
    .flatMap((rule) => rule.patterns.map((pattern) => new RegExp(pattern)));
  if (patterns.length === 0) return { commit, omitted: [] };
  const tree = await store.openTree(commit);
  const paths = [...tree.walk()].map(([path]) => path);
  for (const path of paths) if (patterns.some((pattern) => pattern.test(`/${path}`))) tree.remove(path);
  const omitted = paths.filter((path) => tree.lookup(path) === undefined);
  return { commit: omitted.length === 0 ? commit : await store.commit(tree, UNREACHABLE), omitted };
}
