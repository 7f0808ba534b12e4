import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { ownCollection, writeMirrorRef } from '../repo/collections.ts';
import { deleteRef, listRefs, parseRefSpec, writeRef } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { autoUpdateSummary } from '../summary/index.ts';
import { VerbError } from './error.ts';

/** Sets a ref, in the place of empty directories of its name. */
export function setRef(repo: Repository, name: string, commit: Checksum): void {
  checkRefPlace(repo, name);
  const { remote, ref } = parseRefSpec(name)!;
  const path = join(repo.path, 'refs', remote === undefined ? 'heads' : `remotes/${remote}`, ref);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) rmSync(path, { recursive: true });
  writeRef(repo, name, commit);
  refsChanged(repo);
}

/** Brings the summary up to date where the config says that it always is. */
export function refsChanged(repo: Repository): void {
  autoUpdateSummary(repo, { now: Math.floor(Date.now() / 1000) });
}

/** Throws for a name that is none, and for one that other refs have as a directory. */
export function checkRefPlace(repo: Repository, name: string): void {
  if (!parseRefSpec(name)) throw new VerbError(`Invalid ref name ${name}`);
  const names = [...listRefs(repo).keys()];
  const above = names.find((known) => name.startsWith(`${known}/`));
  if (above !== undefined) throw new VerbError(`openat(refs/heads/${name}): Not a directory`);
  const below = names.find((known) => known.startsWith(`${name}/`));
  if (below === undefined) return;
  throw new VerbError(`Conflict: ${below.slice(name.length + 1)} exists under ${name} when attempting write`);
}

/** Sets or, with null, deletes a ref of a collection: a plain ref where the collection is the repository's own. */
export function setCollectionRef(repo: Repository, collection: string, ref: string, commit: Checksum | null): void {
  if (collection === ownCollection(repo)) {
    if (commit !== null) {
      setRef(repo, ref, commit);
      return;
    }
    deleteRef(repo, ref);
  } else writeMirrorRef(repo, collection, ref, commit);
  refsChanged(repo);
}
