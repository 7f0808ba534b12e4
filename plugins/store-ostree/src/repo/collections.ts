import { lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { listRemotes } from '../remote/remotes.ts';
import { KeyFile } from './key-file.ts';
import { listMirrorRefs, listRefs, parseRefSpec } from './refs.ts';
import { replaceFile } from './replace-file.ts';
import type { Repository } from './repository.ts';

/** A ref of a collection: of the repository's own one, of a mirrored one or of that of a remote. */
export interface CollectionRef {
  readonly collection: string;
  readonly ref: string;
  readonly commit: Checksum;
}

/** Collection ids have the form of D-Bus interface names (D-Bus specification, "Interface names"). */
export const isCollectionId = (text: string): boolean =>
  text.length <= 255 && /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(text);

/** The settings of the repository as they are on disk. */
export const readConfig = (repo: Repository): KeyFile => KeyFile.parse(readFileSync(join(repo.path, 'config'), 'utf8'));

/** The collection that the repository's own refs belong to. */
export const ownCollection = (repo: Repository): string | undefined => readConfig(repo).get('core', 'collection-id');

export interface CollectionRefOptions {
  /** Only refs of this collection. */
  readonly collection?: string | undefined;
  /** Whether refs of remotes with a collection are listed as well. */
  readonly remotes: boolean;
}

/** The refs that belong to a collection, sorted; of those that are there twice that of a remote, else the mirrored one. */
export function listCollectionRefs(repo: Repository, options: CollectionRefOptions): CollectionRef[] {
  const own = ownCollection(repo);
  const refs = [...listRefs(repo)].map(([name, commit]) => ({ ...parseRefSpec(name)!, commit }));
  const found: CollectionRef[] = [];
  for (const { remote, ref, commit } of refs) {
    if (remote === undefined && own !== undefined) found.push({ collection: own, ref, commit });
  }
  for (const [name, commit] of listMirrorRefs(repo)) {
    const slash = name.indexOf('/');
    found.push({ collection: name.slice(0, slash), ref: name.slice(slash + 1), commit });
  }
  const remotes = new Map((options.remotes ? listRemotes(repo) : []).map((remote) => [remote.name, remote]));
  for (const { remote, ref, commit } of refs) {
    const collection = remote === undefined ? undefined : remotes.get(remote)?.options.get('collection-id');
    if (collection !== undefined) found.push({ collection, ref, commit });
  }
  const wanted = found.filter(
    ({ collection }) =>
      isCollectionId(collection) && (options.collection === undefined || collection === options.collection),
  );
  const unique = new Map(wanted.map((entry) => [`${entry.collection} ${entry.ref}`, entry]));
  return [...unique].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map(([, entry]) => entry);
}

/** Sets or, with null, deletes a ref of a mirrored collection (`refs/mirrors/COLLECTION/REF`). */
export function writeMirrorRef(repo: Repository, collection: string, ref: string, commit: Checksum | null): void {
  const spec = parseRefSpec(ref);
  if (!isCollectionId(collection) || !spec || spec.remote !== undefined) {
    throw storeError('OSTREE_REF_INVALID', `(${collection}, ${ref}) is not a name for a ref of a collection.`, {
      hint: 'Collections are named as org.example.Name, and refs as everywhere.',
      data: { ref },
    });
  }
  const path = join(repo.path, 'refs', 'mirrors', collection, ref);
  if (commit === null) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path);
    return;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
  replaceFile(path, `${commit}\n`, { fsync: repo.config.fsync });
}
