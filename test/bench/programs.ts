import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OSTRATA, OSTRATA_OSTREE } from '../support/cli.ts';
import { ROOT } from '../support/shared.ts';
import { tool } from '../support/tools.ts';

/** What is measured: the files of the distribution package, which is what people have, or the sources as they are. */
export type Form = 'package' | 'sources';

/** Beginnings of command lines. */
interface Programs {
  readonly node: string;
  readonly ostrata: readonly string[];
  readonly 'ostrata-ostree': readonly string[];
}

const { execPath } = process;
let programs: Programs = {
  node: execPath,
  ostrata: [execPath, OSTRATA],
  'ostrata-ostree': [execPath, OSTRATA_OSTREE],
};

/** Chooses what is measured; the package's files are made anew, for this run of the benchmark. */
export function choosePrograms(form: Form): void {
  if (form === 'sources') return;
  const directory = mkdtempSync(join(tmpdir(), 'ostrata-bench-package-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  tool([execPath, join(ROOT, 'scripts/package.ts'), 'tree', '--out', directory]);
  const prefix = join(directory, 'tree/usr/lib/ostrata');
  const node = join(prefix, 'node');
  const packaged = (name: string) => [node, join(prefix, 'bundle', `${name}.cjs`)];
  programs = { node, ostrata: packaged('ostrata'), 'ostrata-ostree': packaged('ostrata-ostree') };
}

/** How ours is started. */
export function program(name: 'ostrata' | 'ostrata-ostree'): readonly string[] {
  return programs[name];
}

/** The Node that ours runs on, doing nothing. */
export function bareNode(): readonly string[] {
  return [programs.node, '-e', '0'];
}
