/** Zero bytes, what stands for bytes that could not be decoded, and byte order marks. */
const UNREADABLE = /[\0\ufffd\ufeff]/;
/** Names of groups have neither brackets nor control characters (GKeyFile, `g_key_file_is_group_name`). */
const GROUP = /^[^[\]\p{Cc}]+$/u;

/** A file of groups with keys as desktop entries have them: the format of a repository's config and of origin files. */
export class KeyFile {
  readonly #groups = new Map<string, Map<string, string>>();

  /** Throws an Error that names the line for text that is none. What was read of bytes that are no UTF-8 is not taken either. */
  static parse(text: string): KeyFile {
    const file = new KeyFile();
    let group: Map<string, string> | undefined;
    for (const [index, raw] of text.split('\n').entries()) {
      if (UNREADABLE.test(raw)) throw new Error(`line ${index + 1} is not valid UTF-8 text`);
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      if (line.startsWith('[') && line.endsWith(']')) {
        const name = line.slice(1, -1);
        if (!GROUP.test(name)) throw new Error(`line ${index + 1} has a name for a group that is none`);
        group = file.#group(name);
        continue;
      }
      const equals = line.indexOf('=');
      if (equals < 1 || !group) throw new Error(`line ${index + 1} is neither a group nor a key with a value`);
      group.set(line.slice(0, equals).trimEnd(), line.slice(equals + 1).trimStart());
    }
    return file;
  }

  get(group: string, key: string): string | undefined {
    return this.#groups.get(group)?.get(key);
  }

  set(group: string, key: string, value: string): void {
    this.#group(group).set(key, value);
  }

  /** The keys of a group with their values, as they are written. */
  entries(group: string): [key: string, value: string][] {
    return [...(this.#groups.get(group) ?? [])];
  }

  delete(group: string, key: string): void {
    this.#groups.get(group)?.delete(key);
  }

  deleteGroup(group: string): void {
    this.#groups.delete(group);
  }

  groups(): string[] {
    return [...this.#groups.keys()];
  }

  toString(): string {
    const parts = [...this.#groups].map(
      ([group, keys]) => `[${group}]\n${[...keys].map(([key, value]) => `${key}=${value}\n`).join('')}`,
    );
    return parts.join('\n');
  }

  #group(name: string): Map<string, string> {
    const known = this.#groups.get(name);
    if (known) return known;
    const made = new Map<string, string>();
    this.#groups.set(name, made);
    return made;
  }
}
