/** The order in which libostree writes the keys of an entry (ostree-bootconfig-parser.c); others follow in their own. */
const ORDER = ['title', 'version', 'options', 'devicetree', 'linux', 'initrd'];

/**
 * An entry of the Boot Loader Specification, type #1: a file of lines `KEY VALUE`. A second `initrd` line and those after it are
 * overlays of the first.
 */
export class BootEntry {
  readonly #values = new Map<string, string>();
  /** Paths of initial ram disks that the boot loader puts behind the first one. */
  overlays: readonly string[] = [];
  /** The file it was read from, or is written to; undefined while it has none. */
  name: string | undefined;

  /** Reads what it understands and leaves comments and odd lines out, as boot loaders do. */
  static parse(text: string): BootEntry {
    const entry = new BootEntry();
    const overlays: string[] = [];
    for (const line of text.split('\n')) {
      const match = /^([A-Za-z][^ \t]*)[ \t](.*)$/.exec(line);
      if (!match) continue;
      const [, key, value] = match as unknown as [string, string, string];
      if (key === 'initrd' && entry.#values.has(key)) overlays.push(value.trim());
      else entry.#values.set(key, key === 'title' ? value : value.trim());
    }
    entry.overlays = overlays;
    return entry;
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: string): this {
    this.#values.set(key, value);
    return this;
  }

  /** Keys that have no meaning for libostree. */
  get others(): { readonly [key: string]: string } {
    return Object.fromEntries([...this.#values].filter(([key]) => !ORDER.includes(key) && key !== 'fdtdir'));
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  copy(): BootEntry {
    const copy = new BootEntry();
    for (const [key, value] of this.#values) copy.set(key, value);
    copy.overlays = this.overlays;
    copy.name = this.name;
    return copy;
  }

  toString(): string {
    const lines: string[] = [];
    for (const key of ORDER) {
      const value = this.#values.get(key);
      if (value !== undefined) lines.push(`${key} ${value}`);
    }
    for (const path of this.overlays) lines.push(`initrd ${path}`);
    for (const [key, value] of this.#values) if (!ORDER.includes(key)) lines.push(`${key} ${value}`);
    return lines.map((line) => `${line}\n`).join('');
  }
}

/** Entries in the order in which boot loaders show them: the highest version first (strverscmp(3)). */
export function byVersion(a: BootEntry, b: BootEntry): number {
  const [left, right] = [a.get('version'), b.get('version')];
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  return compareVersions(right, left);
}

/** Digits count as numbers, all else by its characters. */
function compareVersions(a: string, b: string): number {
  const parts = (text: string) => text.match(/\d+|\D/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [x, y] = [left[index]!, right[index]!];
    const isNumeric = /^\d/.test(x) && /^\d/.test(y);
    const order = isNumeric ? Number(x) - Number(y) : x < y ? -1 : Number(x > y);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
