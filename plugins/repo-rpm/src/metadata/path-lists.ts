import { StringPool, U32List } from '@ostrata/package-columns';

export interface PathColumns {
  /** Where the paths of a row begin; one number more than there are rows. */
  readonly starts: Uint32Array;
  /** String numbers of the directory and the last part of each path. */
  readonly directories: Uint32Array;
  readonly names: Uint32Array;
}

/** Absolute paths by row: each one as its directory and its last part, numbers of strings. */
export class PathLists {
  readonly strings: StringPool;
  readonly columns: PathColumns;

  constructor(strings: StringPool, columns: PathColumns) {
    this.strings = strings;
    this.columns = columns;
  }

  /** The paths of one row. */
  of(row: number): string[] {
    const { starts, directories, names } = this.columns;
    const paths: string[] = [];
    const end = starts[row + 1]!;
    for (let i = starts[row]!; i < end; i++) {
      paths.push(`${this.strings.text(directories[i]!)}/${this.strings.text(names[i]!)}`);
    }
    return paths;
  }

  /** Rows that have one of these paths, as pairs of row and place in `paths`, ascending. */
  *owners(paths: readonly string[]): Generator<readonly [row: number, path: number]> {
    if (paths.length === 0) return;
    const wanted = new StringPool();
    const split = paths.map((path) => {
      const slash = path.lastIndexOf('/');
      return [wanted.internText(path.slice(0, slash)), wanted.internText(path.slice(slash + 1))] as const;
    });
    const places = new Map(split.map(([directory, name], place) => [directory * wanted.count + name, place]));
    const numbers = this.#numbersIn(wanted);
    const { starts, directories, names } = this.columns;
    let row = 0;
    let found: number[] = [];
    for (let i = 0; i < names.length; i++) {
      const name = numbers[names[i]!]!;
      if (name < 0) continue;
      const directory = numbers[directories[i]!]!;
      if (directory < 0) continue;
      const place = places.get(directory * wanted.count + name);
      if (place === undefined) continue;
      if (i >= starts[row + 1]!) {
        for (const known of found.sort((a, b) => a - b)) yield [row, known];
        found = [];
        while (i >= starts[row + 1]!) row++;
      }
      if (!found.includes(place)) found.push(place);
    }
    for (const known of found.sort((a, b) => a - b)) yield [row, known];
  }

  /** What number each of our strings has in another, smaller pool; -1 when it is not there. */
  #numbersIn(other: StringPool): Int32Array {
    const { bytes, offsets, count } = other;
    const numbers = new Int32Array(this.strings.count).fill(-1);
    for (let id = 0; id < count; id++) {
      const own = this.strings.find(bytes, offsets[id]!, offsets[id + 1]!);
      if (own >= 0) numbers[own] = id;
    }
    return numbers;
  }
}

/** Puts paths into columns, row by row. */
export class PathCollector {
  readonly strings: StringPool;
  readonly #starts = new U32List();
  readonly #directories = new U32List(1 << 14);
  readonly #names = new U32List(1 << 14);

  constructor(strings: StringPool) {
    this.strings = strings;
  }

  beginRow(): void {
    this.#starts.push(this.#names.length);
  }

  /** Adds `bytes[start, end)` to the row; relative paths (source packages have such) are left out. */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start] !== 47) return;
    let slash = end - 1;
    while (bytes[slash] !== 47) slash--;
    this.#directories.push(this.strings.intern(bytes, start, slash));
    this.#names.push(this.strings.intern(bytes, slash + 1, end));
  }

  finish(): PathLists {
    this.#starts.push(this.#names.length);
    return new PathLists(this.strings, {
      starts: this.#starts.toArray(),
      directories: this.#directories.toArray(),
      names: this.#names.toArray(),
    });
  }
}
