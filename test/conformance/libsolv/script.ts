import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `repo NAME PRIORITY TYPE FILE` with the content of the file or of the lines that follow. */
export interface RepoBlock {
  readonly name: string;
  readonly priority: number;
  readonly type: string;
  readonly lines: readonly string[];
}

/** One command line of a case, in words. */
export type Command = readonly string[];

/** What comes up to `result`, and the result. Repositories, system and pool flags stay for the jobs after it. */
export interface JobBlock {
  readonly commands: readonly Command[];
  /** Kinds of result, `transaction` for one. */
  readonly kinds: readonly string[];
  readonly result: readonly string[];
}

export interface Script {
  readonly repos: readonly RepoBlock[];
  readonly blocks: readonly JobBlock[];
}

/** Reads a `.t` file. */
export function readScript(path: string): Script {
  const lines = readFileSync(path, 'utf8').split('\n');
  const repos: RepoBlock[] = [];
  const blocks: JobBlock[] = [];
  let commands: Command[] = [];
  let kinds: readonly string[] = [];
  let result: readonly string[] = [];
  let at = 0;
  /** The `#>` lines of an `<inline>` file, or the lines of a file beside the case. */
  const content = (file: string | undefined): string[] => {
    if (file === undefined) return [];
    if (file !== '<inline>') return readFileSync(join(dirname(path), file), 'utf8').split('\n');
    const found: string[] = [];
    for (; at < lines.length && lines[at]!.startsWith('#>'); at++) found.push(lines[at]!.slice(2));
    return found;
  };
  const flush = () => {
    if (kinds.length > 0) blocks.push({ commands, kinds, result });
    commands = [];
    kinds = [];
    result = [];
  };
  while (at < lines.length) {
    const words = lines[at++]!.trim().split(/\s+/);
    const [command, ...rest] = words as [string, ...string[]];
    if (command === '' || command.startsWith('#')) continue;
    if (command === 'repo') {
      const [name, priority, type, file] = rest;
      repos.push({ name: name!, priority: Number.parseInt(priority!, 10), type: type!, lines: content(file) });
    } else if (command === 'nextjob') {
      flush();
      if (rest.length > 0) commands.push(words);
    } else if (command === 'result') {
      // The last one counts.
      kinds = rest[0]!.split(',');
      result = content(rest[1]).filter((line) => line.trim() !== '');
    } else commands.push(words);
  }
  flush();
  return { repos, blocks };
}
