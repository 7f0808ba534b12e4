import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { entriesOf } from './entries.ts';
import { cutPieces, type Pieces } from './pieces.ts';

export const PROGRAMS = ['ostrata', 'ostrata-ostree'];

/**
 * Puts all code into the file `code` of `target`/bundle, with the programs that run it, and in place of the packages modules that hand out
 * what became part of it. Gives the npm packages that it was taken from, relative to `root`.
 */
export async function writeBundle(root: string, target: string): Promise<readonly string[]> {
  const cut = await cutPieces(root, entriesOf(root));
  const directory = join(target, 'bundle');
  mkdirSync(directory, { recursive: true });
  writeCode(directory, cut);
  const { version } = JSON.parse(readFileSync(join(root, 'bin/package.json'), 'utf8')) as { version: string };
  copyFileSync(join(root, 'packaging/bundle/load.cjs'), join(directory, 'load.cjs'));
  for (const name of PROGRAMS) {
    const program = join(directory, `${name}.cjs`);
    const text = readFileSync(join(root, `packaging/bundle/${name}.cjs`), 'utf8');
    writeFileSync(program, text.replace('@VERSION@', version));
    chmodSync(program, 0o755);
  }
  writeStubs(target, cut);
  return cut.npmPackages;
}

function writeCode(directory: string, { pieces, start, entries }: Pieces): void {
  const numbers = [...pieces.keys()];
  // Each script is a list of pieces.
  const scripts = [
    numbers.filter((number) => start.has(number)),
    ...numbers.filter((number) => !start.has(number)).map((number) => [number]),
  ];
  let offset = 0;
  const places: [offset: number, length: number, wide: 0 | 1, name: string][] = [];
  const texts = scripts.map((members, i) => {
    const code = `[${members.map((number) => pieces[number]!.code).join(',\n')}]`;
    const text = Buffer.from(code);
    places.push([
      offset,
      text.length,
      text.length === code.length ? 0 : 1,
      i === 0 ? 'start' : pieces[members[0]!]!.name,
    ]);
    offset += text.length;
    return text;
  });
  const index = {
    scripts: places,
    pieces: numbers.map((number) => {
      const script = scripts.findIndex((members) => members.includes(number));
      return [script, scripts[script]!.indexOf(number)];
    }),
    packages: Object.fromEntries(
      entries.flatMap(({ entry }) => (entry.specifier === undefined ? [] : [[entry.specifier, entry.file]])),
    ),
    files: Object.fromEntries(entries.map(({ entry, piece }) => [entry.file, piece])),
  };
  writeFileSync(join(directory, 'code'), Buffer.concat(texts));
  writeFileSync(join(directory, 'code.json'), JSON.stringify(index));
}

/** Plugins of third parties import the packages by name, and threads are started with files: both get what the programs have. */
function writeStubs(target: string, { entries }: Pieces): void {
  for (const { entry, exports } of entries) {
    const file = join(target, 'node_modules', entry.file);
    mkdirSync(dirname(file), { recursive: true });
    const loader = relative(dirname(file), join(target, 'bundle/load.cjs'));
    const names = exports.filter((name) => name !== 'default');
    writeFileSync(
      file,
      [
        `import load from '${loader}';`,
        `const module = load('${entry.file}');`,
        ...(names.length > 0 ? [`export const { ${names.join(', ')} } = module;`] : []),
        ...(exports.includes('default') ? ['export default module.default;'] : []),
        '',
      ].join('\n'),
    );
  }
}

/** Without chance and without threads that compile, V8 makes the same bytes each time. */
const REPRODUCIBLE = ['--random-seed=1', '--no-concurrent-sparkplug'];

/** Has V8 compile what a command runs, for the next time; what the command says, and whether it succeeds, is of no interest. */
export function compileFor(root: string, prefix: string, argv: readonly string[], cwd: string): void {
  const script = join(root, 'packaging/bundle/compile.cjs');
  spawnSync(join(prefix, 'node'), [...REPRODUCIBLE, script, join(prefix, 'bundle'), ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, OSTREE_SYSROOT_DEBUG: 'mutable-deployments' },
    stdio: 'ignore',
  });
}
