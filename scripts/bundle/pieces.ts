import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { type Entry, publishedFile } from './entries.ts';
import { lazyImports } from './lazy-imports.ts';

/** Packages that stay as they are: with native code, with data of their own, or under a licence that asks for it. */
export const SEPARATE = ['koffi', 'wasmoon', 'openpgp'];

/** Sources that are always wanted together, as one function. */
export interface Piece {
  /** For stack traces. */
  readonly name: string;
  /** An expression: a function of (exports, require, module, __run, __urlOf, __resolve, __load). */
  readonly code: string;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** Numbers of the pieces that every verb of `ostrata` runs: what V8 compiled is best taken for all of them at once. */
  readonly start: ReadonlySet<number>;
  /** The number of the piece of each entry, and the names it exports. */
  readonly entries: readonly { readonly entry: Entry; readonly piece: number; readonly exports: readonly string[] }[];
  /** Directories of npm packages with parts among the pieces, relative to the root. */
  readonly npmPackages: readonly string[];
}

const TARGET = { platform: 'node', target: 'node24', charset: 'ascii', legalComments: 'none' } as const;

/** Cuts the sources of the workspaces, and what they import of npm, into pieces: esbuild's chunks, each made a function. */
export async function cutPieces(root: string, entries: readonly Entry[]): Promise<Pieces> {
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map(({ source }, i) => [`entry-${i}`, join(root, source)])),
    chunkNames: 'piece-[hash]',
    outdir: join(root, 'bundle'),
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    external: SEPARATE,
    metafile: true,
    logLevel: 'error',
    plugins: [sourcesOf(root)],
  });
  const files = outputFiles.map(({ path }) => basename(path));
  const outputs = files.map((file) => metafile.outputs[`bundle/${file}`]!);
  const numbers = new Map(files.map((file, i) => [`./${file}`, i]));
  const names = outputs.map(nameOf);
  const ours = new Set(
    files.flatMap((file, i) => (Object.keys(outputs[i]!.inputs).some(isOfNpm) ? [] : [`./${file}`])),
  );
  return {
    pieces: await Promise.all(
      outputFiles.map(async ({ text }, i) => {
        const code = lazyImports(await asCommonJs(names[i]!, text), (file) => ours.has(file));
        return {
          name: names[i]!,
          code: asFunction(isCommonJs(outputs[i]!) ? code + NAMES_OF_COMMON_JS : code, numbers),
        };
      }),
    ),
    start: startPieces(entries, outputs, numbers),
    entries: entries.map((entry, i) => {
      const piece = numbers.get(`./entry-${i}.js`)!;
      return { entry, piece, exports: outputs[piece]!.exports };
    }),
    npmPackages: npmPackagesOf(metafile),
  };
}

const isOfNpm = (path: string): boolean => path.includes('node_modules/');

/** What `import()` gives of a CommonJS module has its names too; esbuild gives the module as `default` only. */
const NAMES_OF_COMMON_JS = 'module.exports = { ...module.exports.default, ...module.exports, __esModule: true };';

function isCommonJs({ entryPoint, exports }: Metafile['outputs'][string]): boolean {
  return entryPoint !== undefined && isOfNpm(entryPoint) && exports.join() === 'default';
}

/** Sources as esbuild gets them: what belongs to a file of its own, its URL and imports by names that are not known now, asks `load.cjs`. */
function sourcesOf(root: string): Plugin {
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const url = JSON.stringify(publishedFile(root, relative(root, path)));
        const separate = SEPARATE.join('|');
        const contents = readFileSync(path, 'utf8')
          .replaceAll('import.meta.url', `__urlOf(${url})`)
          .replaceAll('import.meta.resolve(', '__resolve(')
          .replaceAll(new RegExp(`(?<!typeof )\\bimport\\('(${separate})'\\)`, 'g'), "__load('$1')")
          .replaceAll(/\bawait import\((?!['"])/g, 'await __load(');
        return { contents, loader: 'ts' };
      });
    },
  };
}

async function asCommonJs(name: string, esm: string): Promise<string> {
  const { code, warnings } = await transform(withoutTopLevelAwait(esm), {
    ...TARGET,
    format: 'cjs',
    supported: { 'dynamic-import': false },
    sourcefile: name,
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error(`${name}: ${warnings.map(({ text }) => text).join('; ')}`);
  return code;
}

function asFunction(commonJs: string, numbers: ReadonlyMap<string, number>): string {
  const linked = commonJs.replaceAll(/\brequire\("(\.\/(?:entry|piece)-\w+\.js)"\)/g, (_, file: string) => {
    const number = numbers.get(file);
    if (number === undefined) throw new Error(`no ${file} among the pieces`);
    return `__run(${number})`;
  });
  return `(function (exports, require, module, __run, __urlOf, __resolve, __load) {${linked}})`;
}

/**
 * A module of a thread may wait at its top, which a function cannot. Nobody imports anything of such a module, so what it does can be in an
 * asynchronous function.
 */
function withoutTopLevelAwait(esm: string): string {
  const waits = /^(?:(?:var|let|const) .* = )?\(?await /m.test(esm);
  if (!waits || /^export /m.test(esm)) return esm;
  const imports: string[] = [];
  const rest = esm.replaceAll(/^import (?:\{[^}]*\}|[\w$*, ]+) from "[^"]+";$|^import "[^"]+";$/gm, (statement) => {
    imports.push(statement);
    return '';
  });
  return `${imports.join('\n')}\n(async () => {\n${rest}\n})();`;
}

/** What the command line and plugins import where they are loaded, but for what the short-lived `ostrata-ostree` imports as well. */
function startPieces(
  entries: readonly Entry[],
  outputs: readonly Metafile['outputs'][string][],
  numbers: ReadonlyMap<string, number>,
): Set<number> {
  const reachable = (roots: readonly number[], found = new Set<number>()): Set<number> => {
    for (const number of roots) {
      if (found.has(number)) continue;
      found.add(number);
      const { imports } = outputs[number]!;
      const own = imports.flatMap(({ path, kind }) =>
        kind === 'import-statement' ? (numbers.get(`./${basename(path)}`) ?? []) : [],
      );
      reachable(own, found);
    }
    return found;
  };
  const isStart = ({ source, specifier }: Entry) =>
    source === 'bin/src/main.ts' || (specifier !== undefined && /^plugins\/[^/]+\/src\/index\.ts$/.test(source));
  const isShort = (entryPoint = '') =>
    /^(?:bin\/src\/ostree\.ts|plugins\/store-ostree\/src\/cli\/.*)$/.test(entryPoint);
  const short = reachable([...outputs.keys()].filter((number) => isShort(outputs[number]!.entryPoint)));
  const start = reachable(entries.flatMap((entry, i) => (isStart(entry) ? numbers.get(`./entry-${i}.js`)! : [])));
  return new Set([...start].filter((number) => !short.has(number)));
}

/** The entry, or the source that the others of the piece are for: it comes last. */
function nameOf({ entryPoint, inputs }: Metafile['outputs'][string]): string {
  return (entryPoint ?? Object.keys(inputs).at(-1) ?? 'piece').replace(/^(?:\.\.\/)+/, '');
}

function npmPackagesOf({ inputs }: Metafile): string[] {
  const found = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)].sort();
}
