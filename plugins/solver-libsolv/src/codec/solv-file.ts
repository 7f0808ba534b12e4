import { ByteWriter } from './byte-writer.ts';

// The format of .solv files: libsolv 0.7, src/repo_write.c and src/repo_solv.c.

const VERSION = 8;
/** Sizes are in bytes (SOLV_FLAG_SIZE_BYTES). */
const FLAGS = 8;
/** KEY_STORAGE_INCORE: data stand beside the package they belong to. */
const INCORE = 2;

/** Lists of dependencies in the order in which packages have them in the file. */
export const LIST_KINDS = [
  'provides',
  'obsoletes',
  'conflicts',
  'requires',
  'recommends',
  'suggests',
  'supplements',
  'enhances',
] as const;
export type ListKind = (typeof LIST_KINDS)[number];

/** A package; numbers are those that {@link SolvFile} gave for strings and relations. */
export interface SolvPackage {
  readonly name: number;
  readonly evr: number;
  readonly arch: number;
  readonly lists: Partial<Record<ListKind, readonly number[]>>;
}

/**
 * Collects packages and writes them as libsolv stores repositories: libsolv reads hundreds of thousands of dependencies in one call.
 * Strings have positive numbers, relations negative ones.
 */
export class SolvFile {
  readonly #strings = new Map<string, number>();
  readonly #relations = new Map<string, number>();
  readonly #relationParts: number[] = [];
  readonly #lists: ListKind[][] = [];
  readonly #schemas = new Map<number, number>();
  readonly #packages: SolvPackage[] = [];

  get count(): number {
    return this.#packages.length;
  }

  /** The number of a string. Strings end at a zero byte in the file, so none may hold one. @throws RangeError */
  string(text: string): number {
    let id = this.#strings.get(text);
    if (id === undefined) {
      if (text.includes('\0')) throw new RangeError('a string of package metadata holds a zero byte');
      id = this.#strings.size + 1;
      this.#strings.set(text, id);
    }
    return id;
  }

  /** The number of `left flags right`; flags are libsolv's `REL_…`. */
  relation(left: number, flags: number, right: number): number {
    const key = `${left} ${flags} ${right}`;
    let id = this.#relations.get(key);
    if (id === undefined) {
      id = -this.#relations.size - 1;
      this.#relations.set(key, id);
      this.#relationParts.push(left, flags, right);
    }
    return id;
  }

  add(pkg: SolvPackage): void {
    this.#packages.push(pkg);
  }

  encode(): Buffer {
    const keys = this.#keys();
    const data = this.#data();
    const strings = this.#strings.size + 1;
    const relations = this.#relations.size;
    const out = new ByteWriter(data.bytes.length + 1024);
    out.append(Buffer.from('SOLV'));
    const schemas = this.#lists.length + 2;
    for (const number of [VERSION, strings, relations, 0, this.count, keys.length, schemas, FLAGS]) out.u32(number);
    this.#writeStrings(out);
    const resolve = (id: number) => (id > 0 ? id : strings - id - 1);
    for (let i = 0; i < relations; i++) {
      out.id(resolve(this.#relationParts[i * 3]!));
      out.id(resolve(this.#relationParts[i * 3 + 2]!));
      out.u8(this.#relationParts[i * 3 + 1]!);
    }
    for (const { name, type, size } of keys.slice(1)) {
      out.id(name);
      out.id(type);
      out.id(size);
      out.id(INCORE);
    }
    this.#writeSchemas(out);
    out.id(data.largest);
    out.id(data.bytes.length);
    out.append(data.bytes);
    return out.view();
  }

  #writeStrings(out: ByteWriter): void {
    const texts = new ByteWriter();
    for (const text of this.#strings.keys()) texts.text(text);
    out.u32(texts.length);
    out.append(texts.view());
  }

  /** Key 0 does not exist, key 1 is the list of packages, then come name, evr, arch and the lists. */
  #keys(): { name: number; type: number; size: number }[] {
    const key = (name: string, type: string, size = 0) => ({
      name: this.string(name),
      type: this.string(`repokey:type:${type}`),
      size,
    });
    const sizes = new Map<ListKind, number>(LIST_KINDS.map((kind) => [kind, 0]));
    for (const { lists } of this.#packages) {
      for (const kind of LIST_KINDS) {
        const length = lists[kind]?.length ?? 0;
        if (length > 0) sizes.set(kind, sizes.get(kind)! + length + 1);
      }
    }
    return [
      { name: 0, type: 0, size: 0 },
      key('repository:solvables', 'flexarray'),
      key('solvable:name', 'id'),
      key('solvable:evr', 'id'),
      key('solvable:arch', 'id'),
      ...LIST_KINDS.map((kind) => key(`solvable:${kind}`, 'idarray', sizes.get(kind))),
    ];
  }

  /** Numbers of schemas: 1 is that of the file, the others say which lists a package has. */
  #schemaOf(present: number): number {
    let schema = this.#schemas.get(present);
    if (schema === undefined) {
      this.#lists.push(LIST_KINDS.filter((_, i) => ((present >> i) & 1) === 1));
      schema = this.#lists.length + 1;
      this.#schemas.set(present, schema);
    }
    return schema;
  }

  #writeSchemas(out: ByteWriter): void {
    const own = this.#lists.map((kinds) => [2, 3, 4, ...kinds.map((kind) => 5 + LIST_KINDS.indexOf(kind))]);
    const schemas = [[1], ...own];
    out.id(schemas.reduce((sum, schema) => sum + schema.length + 1, 0));
    for (const schema of schemas) out.idArray(schema);
  }

  #data(): { bytes: Buffer; largest: number } {
    const out = new ByteWriter(1 << 20);
    const strings = this.#strings.size + 1;
    let largest = 0;
    out.id(1);
    out.id(this.count);
    for (const { name, evr, arch, lists } of this.#packages) {
      const start = out.length;
      let present = 0;
      for (const [i, kind] of LIST_KINDS.entries()) if ((lists[kind]?.length ?? 0) > 0) present |= 1 << i;
      out.id(this.#schemaOf(present));
      out.id(name);
      out.id(evr);
      out.id(arch);
      for (const kind of LIST_KINDS) {
        const list = lists[kind];
        if (list !== undefined && list.length > 0) out.idArray(list.map((id) => (id > 0 ? id : strings - id - 1)));
      }
      largest = Math.max(largest, out.length - start);
    }
    // What precedes the first package is read along with it.
    return { bytes: out.view(), largest: largest + 16 };
  }
}
