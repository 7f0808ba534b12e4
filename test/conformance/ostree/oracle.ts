import { readFileSync } from 'node:fs';

export interface LogEntry {
  readonly commit: string;
  readonly parent: string | null;
  /** Checksum of the root's dirtree and dirmeta together. */
  readonly content: string;
  /** Seconds since 1970. */
  readonly seconds: number;
}

export interface RefAnswer {
  readonly name: string;
  readonly commit: string;
  /** The newest first. */
  readonly log: readonly LogEntry[];
  /** Lines of `ostree ls -R -C` with single spaces. */
  readonly listing: readonly string[];
  /** ostree's words when it could not list the commit to its end. */
  readonly problem: string | undefined;
}

export interface RepositoryAnswer {
  /** Below the folder of the repositories; a part `NAME.x` stands for an archive NAME.tar.* that was unpacked. */
  readonly path: string;
  readonly mode: string;
  /** ostree's words when its fsck found an error. */
  readonly problem: string | undefined;
  readonly refs: readonly RefAnswer[];
}

const PROBLEM = 'error: ';

function parseLog(lines: readonly string[]): LogEntry[] {
  const entries: { -readonly [K in keyof LogEntry]: LogEntry[K] }[] = [];
  for (const line of lines) {
    const [key, value = ''] = line.split(/: +| /, 2);
    const last = entries.at(-1);
    if (line.startsWith('commit ')) entries.push({ commit: value, parent: null, content: '', seconds: 0 });
    else if (last && key === 'Parent') last.parent = value;
    else if (last && key === 'ContentChecksum') last.content = value;
    else if (last && key === 'Date') last.seconds = Date.parse(line.slice(5).trim()) / 1000;
  }
  return entries;
}

function parseRef(text: string): RefAnswer {
  const [first, ...lines] = text.split('\n');
  const [name, commit] = first!.split(' ');
  const isListed = (line: string) => /^[-dl]\d{5} /.test(line);
  const problem = lines.find((line) => line.startsWith(PROBLEM))?.slice(PROBLEM.length);
  return {
    name: name!,
    commit: commit!,
    log: parseLog(lines.filter((line) => !isListed(line))),
    listing: lines.filter(isListed).map((line) => line.replace(/ +/g, ' ')),
    problem,
  };
}

function parseRepository(text: string): RepositoryAnswer {
  const [head, ...refs] = text.split(/^-- ref /m);
  const [first, ...lines] = head!.split('\n');
  const [location, mode] = first!.split(' ');
  return {
    // The folder in which the answers were collected is nobody's.
    path: location!.replace(/^\.\/(?:collected\/)?/, ''),
    mode: mode!.replace('mode=', ''),
    problem: lines.find((line) => line.startsWith(PROBLEM))?.slice(PROBLEM.length),
    refs: refs.map(parseRef),
  };
}

/**
 * What ostree says of repositories, in one text: for each one `=== REPO ./PATH mode=MODE …`, what `ostree fsck` printed, and for each
 * ref `-- ref NAME COMMIT` with what `ostree log` and `ostree ls -R -C` printed of it.
 */
export function readOstreeOracle(file: string): RepositoryAnswer[] {
  return readFileSync(file, 'utf8')
    .split(/^=== REPO /m)
    .slice(1)
    .map(parseRepository);
}
