/**
 * Makes a package for a distribution: ostrata with its own Node, the programs in /usr/bin, completion and systemd units.
 *
 *   node scripts/package.ts rpm|deb|tree [--out DIRECTORY] [--version VERSION] [--level ZSTD-LEVEL] [--keep-tree]
 *
 * `tree` only lays the files out, in DIRECTORY/tree. `--keep-tree` takes it as it is there.
 */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeDeb, makeRpm } from './package-formats.ts';
import { stageTree } from './package-tree.ts';

const ROOT = join(import.meta.dirname, '..');
const MAKERS = { rpm: makeRpm, deb: makeDeb };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(ROOT, 'build') },
    version: { type: 'string' },
    level: { type: 'string', default: '15' },
    'keep-tree': { type: 'boolean', default: false },
  },
});
const [format] = positionals;
if (format === undefined || !['rpm', 'deb', 'tree'].includes(format)) {
  process.stderr.write(
    'usage: node scripts/package.ts rpm|deb|tree [--out DIRECTORY] [--version VERSION] [--level N] [--keep-tree]\n',
  );
  process.exit(2);
}
const out = resolve(values.out);
const tree = join(out, 'tree');
if (!values['keep-tree']) await stageTree(ROOT, tree);
if (format === 'tree') process.stdout.write(`${tree}\n`);
else {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'bin/package.json'), 'utf8')) as { version: string };
  const made = MAKERS[format as keyof typeof MAKERS]({
    root: ROOT,
    tree,
    work: join(out, 'work'),
    out,
    version: values.version ?? version,
    level: Number(values.level),
  });
  process.stdout.write(`${made} ${(statSync(made).size / 1e6).toFixed(1)} MB\n`);
}
