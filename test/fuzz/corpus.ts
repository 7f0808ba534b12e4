import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';

/** Valid objects of each kind, as the real tool writes them. */
export interface Corpus {
  readonly repository: string;
  files(...patterns: readonly string[]): Buffer[];
}

const VERSIONS = 3;
/** Larger files are left out: mutations would seldom hit what matters. */
const LARGEST = 64 * 1024;

function writeTree(tree: string, version: number): void {
  mkdirSync(join(tree, 'usr/lib/deep/er'), { recursive: true });
  mkdirSync(join(tree, 'empty'), { recursive: true });
  for (let number = 0; number < 30; number++)
    writeFileSync(join(tree, 'usr/lib', `file-${number}`), `${number % 7} text`);
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} of ${index % 50 === version ? version : 0}\n`);
  writeFileSync(join(tree, 'usr/lib/deep/changed'), lines.join(''));
  writeFileSync(join(tree, 'usr/lib/deep/er/nothing'), '');
  writeFileSync(join(tree, 'usr/lib/deep/übung'), 'ü'.repeat(version * 10));
  if (version === 0) symlinkSync('../lib/deep', join(tree, 'usr/link'));
}

/** Makes an archive with commits, detached metadata, static deltas of several kinds and a summary below a directory. */
export function makeCorpus(directory: string): Corpus {
  const repository = join(directory, 'repo');
  const tree = join(directory, 'tree');
  const ostree = (...args: string[]) => tool(['ostree', `--repo=${repository}`, ...args]).trim();
  tool(['ostree', 'init', `--repo=${repository}`, '--mode=archive', '--collection-id=org.example.Fuzz']);
  const commits: string[] = [];
  for (let version = 0; version < VERSIONS; version++) {
    writeTree(tree, version);
    const metadata = [
      '--add-metadata-string=version=1',
      "--add-metadata=list=['a', 'b']",
      '--add-metadata=number=uint64 5',
    ];
    const detached = '--add-detached-metadata-string=note=text';
    const common = ['-b', 'main', '--timestamp=@1700000000', '-s', 'subject', '-m', 'body', '--generate-sizes'];
    commits.push(ostree('commit', ...common, ...metadata, detached, tree));
  }
  ostree('static-delta', 'generate', '--empty', '--to', commits[0]!);
  ostree('static-delta', 'generate', '--inline', '--from', commits[0]!, '--to', commits[1]!);
  ostree('static-delta', 'generate', '--swap-endianness', '--from', commits[1]!, '--to', commits[2]!);
  ostree('static-delta', 'generate', '--disable-bsdiff', '--from', commits[0]!, '--to', commits[2]!);
  ostree('remote', 'add', '--no-gpg-verify', 'origin', 'https://example.org/repo', 'main');
  ostree('config', 'set', 'core.min-free-space-size', '10MB');
  ostree('summary', '-u');
  return openCorpus(repository);
}

export function openCorpus(repository: string): Corpus {
  return {
    repository,
    files: (...patterns) =>
      patterns
        .flatMap((pattern) => globSync(pattern, { cwd: repository }).sort())
        .map((path) => readFileSync(join(repository, path)))
        .filter(({ length }) => length <= LARGEST),
  };
}
