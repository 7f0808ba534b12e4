import type { Checksum } from '../codec/checksum.ts';
import type { ReachableFile } from './reachable.ts';

/** A regular file that may stand on either side of a difference. */
export interface SizedFile extends ReachableFile {
  /** Bytes of content. */
  readonly size: number;
}

/** Sizes may differ by so much (ostree-repo-static-delta-compilation.c, CONTENT_SIZE_SIMILARITY_THRESHOLD_PERCENT). */
const TOLERANCE = 0.3;
/** What is compressed so is different as a whole after a small change. */
const COMPRESSED = /\.(?:xz|bz2)$/;

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The part of a name before its first dot, where it has both. */
export function stem(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : undefined;
}

const isCandidate = ({ size, paths }: SizedFile): boolean =>
  size > 0 && !paths.some((path) => COMPRESSED.test(baseName(path)));

/**
 * Which old file each new one is made of, where there is one of similar size: the one at the same path, else the smallest one of the
 * same name, else the smallest one whose name is the same up to its first dot, as libostree chooses.
 */
export function similarFiles(old: readonly SizedFile[], fresh: readonly SizedFile[]): Map<Checksum, SizedFile> {
  const byPath = new Map<string, SizedFile>();
  const byName = new Map<string, SizedFile[]>();
  const byStem = new Map<string, SizedFile[]>();
  for (const file of old.filter(isCandidate).sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1))) {
    const names = new Set(file.paths.map(baseName));
    const stems = new Set([...names].flatMap((name) => stem(name) ?? []));
    for (const path of file.paths) byPath.set(path, file);
    for (const name of names) add(byName, name, file);
    for (const text of stems) add(byStem, text, file);
  }
  const result = new Map<Checksum, SizedFile>();
  for (const file of fresh.filter(isCandidate)) {
    const smallest = Math.floor(file.size * (1 - TOLERANCE));
    const largest = Math.floor(file.size * (1 + TOLERANCE));
    const fits = ({ size }: SizedFile) => size >= smallest && size <= largest;
    const names = [...new Set(file.paths.map(baseName))];
    const lists = (map: Map<string, SizedFile[]>, keys: readonly string[]) =>
      smallestOf(keys.flatMap((key) => map.get(key)?.find(fits) ?? []));
    const found =
      file.paths.map((path) => byPath.get(path)).find((other) => other && fits(other)) ??
      lists(byName, names) ??
      lists(
        byStem,
        names.flatMap((name) => stem(name) ?? []),
      );
    if (found) result.set(file.id, found);
  }
  return result;
}

function add(map: Map<string, SizedFile[]>, key: string, file: SizedFile): void {
  const list = map.get(key);
  if (list) list.push(file);
  else map.set(key, [file]);
}

function smallestOf(files: readonly SizedFile[]): SizedFile | undefined {
  return files.reduce<SizedFile | undefined>((best, file) => (best && best.size <= file.size ? best : file), undefined);
}
