/**
 * Stages the packages as they are published: JavaScript and type declarations by tsc, manifests that name them. They go to
 * build/node_modules/@ostrata/NAME, from where they run and can be packed.
 *
 *   node scripts/build.ts
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedManifest, workspacesOf } from './published.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'build');

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);
const compiled = join(OUT, 'compiled');
const config = join(OUT, 'tsconfig.json');
writeFileSync(
  config,
  JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      outDir: compiled,
      rootDir: ROOT,
      allowImportingTsExtensions: false,
    },
    include: ['contract', 'core', 'bin', 'libs/*', 'plugins/*', 'test/kit'].map((folder) => `../${folder}/src/**/*.ts`),
  }),
);
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config], { stdio: 'inherit' });

for (const folder of [...workspacesOf(ROOT), 'test/kit']) stage(folder);
rmSync(compiled, { recursive: true });
rmSync(config);

function stage(folder: string): void {
  const manifest = publishedManifest(ROOT, folder);
  const target = join(OUT, 'node_modules', manifest.name);
  cpSync(join(compiled, folder, 'src'), join(target, 'dist'), { recursive: true });
  // What tsc does not emit: data that sources read.
  for (const file of globSync('src/**/*', { cwd: join(ROOT, folder), withFileTypes: true })) {
    if (!file.isFile() || file.name.endsWith('.ts')) continue;
    const path = join(file.parentPath, file.name);
    cpSync(path, join(target, 'dist', path.slice(join(ROOT, folder, 'src').length)));
  }
  for (const extra of ['README.md', 'bin']) {
    if (existsSync(join(ROOT, folder, extra)))
      cpSync(join(ROOT, folder, extra), join(target, extra), { recursive: true });
  }
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
