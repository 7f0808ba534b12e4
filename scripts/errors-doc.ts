import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * docs/errors.md out of the error tables of all packages.
 *
 *     node scripts/errors-doc.ts --write    writes the file
 *     node scripts/errors-doc.ts            fails when it is not as it would be written
 */

const ROOT = join(import.meta.dirname, '..');
export const ERRORS_DOC = join(ROOT, 'docs', 'errors.md');

export interface PackageErrors {
  readonly name: string;
  /** Meaning by code. */
  readonly codes: { readonly [code: string]: string };
}

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/** The error tables of all packages: the core first, then by name. */
export async function allErrors(): Promise<PackageErrors[]> {
  const directories = ['core', 'bin', 'test/kit', ...below('plugins')];
  const packages: PackageErrors[] = [];
  for (const directory of directories) {
    const codes = directory.startsWith('plugins/') ? await pluginCodes(directory) : await tablesOf(directory);
    if (Object.keys(codes).length > 0) packages.push({ name: nameOf(directory), codes });
  }
  return packages;
}

export function renderErrors(packages: readonly PackageErrors[]): string {
  const sections = packages.map(({ name, codes }) => {
    const rows = Object.keys(codes)
      .sort()
      .map((code) => `| \`${code}\` | ${codes[code]?.replaceAll('|', '\\|')} |`);
    return [`## ${name}`, '', '| code | meaning |', '|---|---|', ...rows].join('\n');
  });
  const head = [
    '# Errors',
    '',
    'Every error has a code that is never reused, one sentence that names what is at fault, and a hint at what to do. `--json` prints',
    'them as data. This page is made by `node scripts/errors-doc.ts --write` from the tables that the packages declare.',
  ];
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

/** What a plugin declares itself is what counts: hosts see nothing else. */
async function pluginCodes(directory: string): Promise<{ [code: string]: string }> {
  const index = join(ROOT, directory, 'src', 'index.ts');
  if (!existsSync(index)) return tablesOf(directory);
  const { default: plugin } = (await import(pathToFileURL(index).href)) as {
    default?: { errors?: { [code: string]: string } };
  };
  return { ...plugin?.errors };
}

async function tablesOf(directory: string): Promise<{ [code: string]: string }> {
  const file = join(ROOT, directory, 'src', 'errors.ts');
  if (!existsSync(file)) return {};
  const exported: object[] = Object.values((await import(pathToFileURL(file).href)) as { [name: string]: object });
  return Object.assign({}, ...exported.filter(isTable));
}

function isTable(value: unknown): value is { [code: string]: string } {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([code, text]) => CODE.test(code) && typeof text === 'string');
}

function below(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .sort()
    .map((name) => `${folder}/${name}`)
    .filter((directory) => existsSync(join(ROOT, directory, 'package.json')));
}

function nameOf(directory: string): string {
  return (JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8')) as { name: string }).name;
}

if (import.meta.main) {
  const text = renderErrors(await allErrors());
  if (process.argv.includes('--write')) {
    writeFileSync(ERRORS_DOC, text);
  } else if (!existsSync(ERRORS_DOC) || readFileSync(ERRORS_DOC, 'utf8') !== text) {
    process.stderr.write(`${relative(ROOT, ERRORS_DOC)} is out of date: run node scripts/errors-doc.ts --write\n`);
    process.exitCode = 1;
  }
}
