import type { Checksum } from '../codec/checksum.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { type Variant, variant } from '../codec/gvariant/index.ts';
import { parseVariant } from '../codec/gvariant-text/parse.ts';
import { hashOrder } from '../codec/hash-order.ts';
import { ownCollection } from '../repo/collections.ts';
import type { Repository } from '../repo/repository.ts';
import { COLLECTION_BINDING, REF_BINDING } from './bindings.ts';
import { findPath } from './commit-path.ts';
import { VerbError } from './error.ts';
import { errorText } from './error-text.ts';
import type { OptionValues } from './verb.ts';

const MODULES = 'usr/lib/modules';

/** `KEY=VALUE` words as metadata with strings. */
export function stringMetadata(words: readonly string[]): Map<string, Variant> {
  return new Map(words.map((word) => splitWord(word)).map(([key, value]) => [key, variant('s', value)]));
}

/** The metadata of a new commit as the options say, in the order in which libostree writes it. */
export function commitMetadata(
  repo: Repository,
  options: OptionValues,
  { parent, root }: { readonly parent: Checksum | undefined; readonly root: DirEntry },
): Map<string, Variant> {
  const metadata = stringMetadata(options.list('add-metadata-string'));
  for (const word of options.list('add-metadata')) {
    const [key, value] = splitWord(word);
    try {
      metadata.set(key, parseVariant(value));
    } catch (error) {
      throw new VerbError(`Parsing ${word}: ${errorText(error)}`, { cause: error });
    }
  }
  for (const key of options.list('keep-metadata')) {
    const kept = repo.readCommit(parent!).metadata.get(key);
    if (!kept) throw new VerbError(`Missing metadata key '${key}' from commit '${parent}'`);
    metadata.set(key, kept);
  }
  if (!options.flag('no-bindings')) addBindings(repo, options, metadata);
  return options.flag('bootable') ? bootable(repo, root, metadata) : metadata;
}

function splitWord(word: string): readonly [key: string, value: string] {
  const equals = word.indexOf('=');
  if (equals < 0) throw new VerbError(`Missing '=' in KEY=VALUE metadata '${word}'`);
  if (equals === 0) throw new VerbError('Empty metadata key');
  return [word.slice(0, equals), word.slice(equals + 1)];
}

function addBindings(repo: Repository, options: OptionValues, metadata: Map<string, Variant>): void {
  const branch = options.text('branch');
  const refs = [...(branch === undefined ? [] : [branch]), ...options.list('bind-ref')];
  metadata.set(
    REF_BINDING,
    variant(
      'as',
      refs.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    ),
  );
  const collection = ownCollection(repo);
  if (collection !== undefined && !metadata.has(COLLECTION_BINDING)) {
    metadata.set(COLLECTION_BINDING, variant('s', collection));
  }
}

/** Notes the kernel that is in the tree. libostree passes all metadata through a hash table here. */
function bootable(repo: Repository, root: DirEntry, metadata: Map<string, Variant>): Map<string, Variant> {
  let found: ReturnType<typeof findPath>;
  try {
    found = findPath(repo, root, MODULES);
  } catch (error) {
    throw new VerbError(`Opening usr/lib/modules: No such file or directory: /${MODULES}`, { cause: error });
  }
  const releases: string[] = [];
  if ('dir' in found) {
    for (const [name, entry] of repo.readDirTree(found.dir.tree).dirs) {
      if (repo.readDirTree(entry.tree).files.has('vmlinuz')) releases.push(name);
    }
  }
  if (releases.length > 1) throw new VerbError('Multiple kernels found in /usr/lib/modules');
  if (releases.length === 0) throw new VerbError('No kernel found in /usr/lib/modules');
  metadata.set('ostree.bootable', variant('b', true));
  metadata.set('ostree.linux', variant('s', releases[0]!));
  return new Map(hashOrder(metadata.keys()).map((key) => [key, metadata.get(key)!]));
}
