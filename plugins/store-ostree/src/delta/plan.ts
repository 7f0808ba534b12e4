import type { Checksum } from '../codec/checksum.ts';
import type { DeltaObject } from '../codec/delta/object-list.ts';
import { encodeFileHeader } from '../codec/file-header.ts';
import { isRegular } from '../codec/mode.ts';
import type { Repository } from '../repo/repository.ts';
import { type ReachableFile, reachableFiles, reachableMetadata } from './reachable.ts';
import { baseName, type SizedFile, similarFiles, stem } from './similar-files.ts';

/** A new file that resembles an old one. */
export interface ModifiedFile {
  readonly file: SizedFile;
  readonly source: SizedFile;
}

/** What a delta has to carry, in the order in which it is packed. */
export interface DeltaPlan {
  readonly metadata: readonly DeltaObject[];
  readonly modified: readonly ModifiedFile[];
  /** New regular files that resemble none. */
  readonly fresh: readonly SizedFile[];
  readonly symlinks: readonly ReachableFile[];
}

const READABLE_BY_ALL = 0o004;

/** Compares two commits of a repository, or lists all of `to`. */
export function planDelta(repo: Repository, from: Checksum | undefined, to: Checksum): DeltaPlan {
  const oldMetadata = from === undefined ? new Map() : reachableMetadata(repo, from);
  const oldFiles = from === undefined ? new Map<Checksum, ReachableFile>() : reachableFiles(repo, from);
  const metadata = [...reachableMetadata(repo, to)].filter(([key]) => !oldMetadata.has(key));
  const regular: SizedFile[] = [];
  const symlinks: ReachableFile[] = [];
  for (const [id, file] of reachableFiles(repo, to)) {
    if (oldFiles.has(id)) continue;
    const { meta, size } = repo.inspectFile(id);
    if (isRegular(meta.mode)) regular.push({ ...file, size });
    else symlinks.push(file);
  }
  const sources = similarFiles(candidates(repo, oldFiles, regular), regular);
  const modified: ModifiedFile[] = [];
  const fresh: SizedFile[] = [];
  for (const file of regular) {
    const source = sources.get(file.id);
    // Whoever applies the delta may do it as a user, with a parent repository of the system's.
    if (source && (repo.inspectFile(source.id).meta.mode & READABLE_BY_ALL) !== 0) modified.push({ file, source });
    else fresh.push(file);
  }
  return { metadata: metadata.map(([, object]) => object), modified, fresh: alike(fresh), symlinks };
}

/** The old files of which the names occur among the new ones: only those are looked at. */
function candidates(repo: Repository, old: ReadonlyMap<Checksum, ReachableFile>, fresh: readonly SizedFile[]) {
  const names = new Set<string>();
  for (const { paths } of fresh) {
    for (const path of paths) {
      const name = baseName(path);
      names.add(name);
      const start = stem(name);
      if (start !== undefined) names.add(`${start}.`);
    }
  }
  const wanted = (path: string) => {
    const name = baseName(path);
    return names.has(name) || names.has(`${stem(name) ?? ''}.`);
  };
  const found: SizedFile[] = [];
  for (const file of old.values()) {
    if (!file.paths.some(wanted)) continue;
    const { meta, size } = repo.inspectFile(file.id);
    if (isRegular(meta.mode)) found.push({ ...file, size });
  }
  return found;
}

/** Files of a kind side by side: what they have in common is compressed away while it is in the window. */
function alike(files: readonly SizedFile[]): SizedFile[] {
  const key = ({ paths }: SizedFile) => {
    const name = baseName(paths[0]!);
    return name.slice(name.lastIndexOf('.') + 1);
  };
  return files
    .map((file, index) => ({ file, index, kind: key(file) }))
    .sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.index - b.index))
    .map(({ file }) => file);
}

/** The bytes of a file object as it is hashed, which is what sizes of fallbacks are compared with. */
export function objectSize(repo: Repository, { id, size }: SizedFile): number {
  return encodeFileHeader(repo.inspectFile(id).meta).length + size;
}
