import type { TreeWriter } from '@ostrata/contract';
import { ObjectWriter } from './repo/object-writer.ts';
import { Repository } from './repo/repository.ts';
import { addPendingRef, Staging } from './repo/staging.ts';
import { NewTree } from './store/tree-writer.ts';

/** What a worker thread is told of an open store: where the repository is, and where objects wait until the store flushes them. */
export interface WriterLocation {
  readonly repository: string;
  readonly staging: string;
}

const opened = new Map<string, { repo: Repository; writer: ObjectWriter; staging: string }>();

/**
 * Opens a writer in a worker thread from the `location` of a store's descriptor. Commits and their refs wait in the store's staging
 * directory and come into the repository, with one flush of the file system for all of them, when the store flushes; the store that
 * gave the descriptor sees them at once. The path of a repository does as well: then each commit is flushed by itself.
 */
export function openTreeWriter(location: string): TreeWriter {
  if (!location.startsWith('{')) return ownWriter(location);
  let known = opened.get(location);
  if (!known) {
    const { repository, staging } = JSON.parse(location) as WriterLocation;
    const repo = Repository.open(repository);
    repo.extraObjects.push(staging);
    known = { repo, writer: new ObjectWriter(repo, staging), staging };
    opened.set(location, known);
  }
  const { repo, writer, staging } = known;
  return new NewTree(repo.mode, writer, (commit, ref) => {
    if (ref !== null) addPendingRef(staging, ref, commit);
  });
}

function ownWriter(location: string): TreeWriter {
  const repo = Repository.open(location);
  const staging = Staging.open(repo);
  const tree = new NewTree(repo.mode, new ObjectWriter(repo, staging.path), (commit, ref) => {
    if (ref !== null) addPendingRef(staging.path, ref, commit);
    staging.flush();
  });
  const abort = tree.abort.bind(tree);
  // The tree is dropped after a commit as well: either way this writer is done.
  tree.abort = () => {
    abort();
    staging.close();
  };
  return tree;
}
