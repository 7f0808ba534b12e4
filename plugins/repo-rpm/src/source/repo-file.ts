import { sourceError } from './errors.ts';

/** One value of a section, with the line its key is in. */
export interface RepoValue {
  readonly value: string;
  readonly line: number;
}

/** A section of a .repo file. */
export interface RepoSection {
  readonly file: string;
  readonly id: string;
  readonly line: number;
  readonly values: ReadonlyMap<string, RepoValue>;
}

/**
 * Parses a .repo file as dnf does (dnf.conf(5), "repo options"): `[id]`, `key=value`, lines that begin with white space go on with the
 * value above, `#` and `;` begin comments.
 * @throws HostError SOURCE_REPO_FILE with file and line
 */
export function parseRepoFile(text: string, file: string): RepoSection[] {
  const sections: { file: string; id: string; line: number; values: Map<string, { value: string; line: number }> }[] =
    [];
  let last: { value: string } | null = null;
  const bad = (line: number, message: string) =>
    sourceError('SOURCE_REPO_FILE', `${file}:${line}: ${message}`, {
      hint: 'A .repo file has sections "[id]" with lines "key=value".',
      data: { file, line },
    });
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    if (/^\s*$/.test(raw)) {
      last = null;
      continue;
    }
    if (/^[#;]/.test(raw)) continue;
    if (/^\s/.test(raw)) {
      if (/^\s+[#;]/.test(raw)) continue;
      if (last === null) throw bad(line, 'the line goes on with nothing');
      last.value += `\n${raw.trim()}`;
      continue;
    }
    const header = /^\[([^\]]+)\]\s*([#;].*)?$/.exec(raw);
    if (header) {
      const id = header[1]!.trim();
      const known = sections.findIndex((section) => section.id === id);
      // A section that stands twice goes on where it was.
      sections.push(known < 0 ? { file, id, line, values: new Map() } : sections.splice(known, 1)[0]!);
      last = null;
      continue;
    }
    const pair = /^([A-Za-z0-9_.-]+)\s*=\s*(.*)$/.exec(raw);
    if (!pair)
      throw bad(
        line,
        `"${raw.slice(0, 40).replace(/:\/\/[^@\s]*@/, '://')}" is neither a section nor a key with a value`,
      );
    const section = sections.at(-1);
    if (section === undefined) throw bad(line, 'a value stands before the first section');
    const entry = { value: pair[2]!.trim(), line };
    section.values.set(pair[1]!, entry);
    last = entry;
  }
  return sections;
}

/** A list: separated by white space or commas. */
export function splitList(value: string): string[] {
  return value.split(/[\s,]+/).filter((item) => item !== '');
}
