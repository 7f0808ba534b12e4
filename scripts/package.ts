/**
 * Makes a package for a distribution: ostrata with its own Node, the programs in /usr/bin, completion and systemd units.
 *
 *   node scripts/package.ts rpm|deb|tree [--out DIRECTORY] [--version VERSION] [--level ZSTD-LEVEL] [--keep-build]
 *
 * `tree` only lays the files out, in DIRECTORY/tree. `--keep-build` takes build/ as it is.
 */
import { execFileSync } from 'node:child_process';
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
    'keep-build': { type: 'boolean', default: false },
  },
});
const [format] = positionals;
if (format === undefined || !['rpm', 'deb', 'tree'].includes(format)) {
  process.stderr.write(
    'usage: node scripts/package.ts rpm|deb|tree [--out DIRECTORY] [--version VERSION] [--level N] [--keep-build]\n',
  );
  process.exit(2);
}
const out = resolve(values.out);
if (!values['keep-build']) execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { stdio: 'inherit' });
const tree = join(out, 'tree');
stageTree(ROOT, tree);
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
