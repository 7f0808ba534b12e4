/** Files of a partition by their paths from its root, without a leading slash. */
export type Volume = ReadonlyMap<string, string>;

export interface Choice {
  readonly name: string;
  readonly options: string;
  readonly linux: string;
  readonly initrds: readonly string[];
}

interface Candidate extends Choice {
  readonly id: string;
  readonly left: number | null;
  readonly sortKey: string | null;
  readonly machine: string;
  readonly version: string;
}

/**
 * What systemd-boot 252 shows, its default first (Boot Loader Specification, "Sorting"; loader.conf(5), `default`). Written from the
 * documents, not from the plugin, so that it can judge it.
 */
export function bootMenuOf(volume: Volume): Choice[] {
  const candidates: Candidate[] = [];
  for (const [path, text] of volume) {
    const match = /^loader\/entries\/([^/.][^/]*\.conf)$/i.exec(path);
    if (!match || /^auto-/i.test(match[1]!)) continue;
    const candidate = read(match[1]!, text);
    // An entry that names nothing to start is passed over.
    if (candidate.linux !== '') candidates.push(candidate);
  }
  candidates.sort(compare);
  const pattern = /^default[ \t]+(\S+)/m.exec(volume.get('loader/loader.conf') ?? '')?.[1];
  const wanted = pattern === undefined ? -1 : candidates.findIndex(({ id }) => globbed(pattern, id));
  return wanted > 0 ? [candidates[wanted]!, ...candidates.toSpliced(wanted, 1)] : candidates;
}

function read(name: string, content: string): Candidate {
  // Read as a C string.
  const values = new Map<string, string[]>();
  for (const line of content.split('\0')[0]!.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^#\s]\S*)[ \t]+(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, [...(values.get(key) ?? []), value!]);
  }
  const last = (key: string) => values.get(key)?.at(-1);
  const counters = /\+(\d+)(?:-\d+)?(?=\.conf$)/i.exec(name);
  return {
    name,
    id: (counters === null ? name : name.replace(counters[0], '')).toLowerCase(),
    left: counters === null ? null : Number(counters[1]),
    sortKey: last('sort-key') ?? null,
    machine: last('machine-id') ?? '',
    version: last('version') ?? '',
    options: (values.get('options') ?? []).join(' '),
    linux: last('linux') ?? '',
    initrds: values.get('initrd') ?? [],
  };
}

function compare(a: Candidate, b: Candidate): number {
  const spent = Number(a.left === 0) - Number(b.left === 0);
  if (spent !== 0) return spent;
  const keyed = Number(a.sortKey === null) - Number(b.sortKey === null);
  if (keyed !== 0) return keyed;
  if (a.sortKey !== null && b.sortKey !== null) {
    const byKeys = order(a.sortKey, b.sortKey) || order(a.machine, b.machine) || versions(b.version, a.version);
    if (byKeys !== 0) return byKeys;
  }
  return versions(b.id, a.id);
}

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The part of the Version Format Specification that names and versions of entries need: numbers, letters, and what parts them. */
function versions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d+|[a-z]+|[-.^~]/gi) ?? []);
  for (let index = 0; index < Math.max(left!.length, right!.length); index++) {
    const [x, y] = [left![index], right![index]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const isNumeric = /^\d/.test(x) && /^\d/.test(y);
    const result = isNumeric ? Number(x) - Number(y) : order(x, y);
    if (result !== 0) return result;
  }
  return 0;
}

const globbed = (pattern: string, id: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(id);
