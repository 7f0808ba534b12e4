import type { PackageTable } from '@ostrata/contract';

/** Packages of a table that have one of these paths, as pairs of index and place in `paths`, ascending. */
export function ownersOf(
  table: PackageTable,
  paths: readonly string[],
): Iterable<readonly [index: number, path: number]> {
  return table.owners?.(paths) ?? search(table, paths);
}

function* search(table: PackageTable, paths: readonly string[]): Generator<readonly [number, number]> {
  if (paths.length === 0) return;
  const places = new Map(paths.map((path, place) => [path, place]));
  for (let index = 0; index < table.count; index++) {
    const found = new Set<number>();
    for (const path of table.files(index)) {
      const place = places.get(path);
      if (place !== undefined) found.add(place);
    }
    for (const place of [...found].sort((a, b) => a - b)) yield [index, place];
  }
}
