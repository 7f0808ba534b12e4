import { lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Checksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
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

export function listCollectionRefs(repo: Repository, options: CollectionRefOptions): CollectionRef[] {
  const config = readConfig(repo);
  const own = config.get('core', 'collection-id');
  const found: CollectionRef[] = [];
  for (const [name, commit] of listRefs(repo)) {
    const { remote, ref } = parseRefSpec(name)!;
    const collection = remote === undefined ? own : config.get(`remote "${remote}"`, 'collection-id');
    if (collection === undefined || !isCollectionId(collection)) continue;
    if (remote === undefined || options.remotes) found.push({ collection, ref, commit });
  }
  for (const [name, commit] of listMirrorRefs(repo)) {
    const slash = name.indexOf('/');
    found.push({ collection: name.slice(0, slash), ref: name.slice(slash + 1), commit });
  }
  return found.filter(({ collection }) => options.collection === undefined || collection === options.collection);
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
