import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { PROGRAMS, writeBundle } from './bundle/bundle.ts';
import { compileCommands } from './bundle/compile-commands.ts';
import { SEPARATE } from './bundle/pieces.ts';
import { type InstalledPackage, productionDependencies } from './package-dependencies.ts';
import { publishedManifest, workspacesOf } from './published.ts';

/** Where everything is that is not for users to start. */
const PREFIX = 'usr/lib/ostrata';

/** Files of npm packages that nothing loads: sources, types, documents, tests. */
const UNUSED_FILE =
  /(?:\.d\.[cm]?ts|\.[cm]?ts|\.map|\.tsbuildinfo|\.flow|\.md|\.markdown|\.txt|\.yml|\.gyp|\.[ch]|\.cc)$/i;
const LICENSE = /^(?:licen[cs]e|copying|notice)/i;
const UNUSED_DIRECTORY = new Set([
  'test',
  'tests',
  '__tests__',
  'doc',
  'docs',
  'example',
  'examples',
  '.github',
  'benchmark',
]);

/** Parts of single packages that are for other platforms, or only to build it. */
const LEFT_OUT: { readonly [name: string]: (path: string) => boolean } = {
  koffi: (path) => /^(?:vendor|lib|cnoke)\b/.test(path),
  '@koromix/koffi-linux-x64': (path) => path.startsWith('musl'),
  openpgp: (path) => /^dist\/(?!node\b)/.test(path),
};

/**
 * Lays out what a package of a distribution contains below `target`: Node, the code of ostrata with what it needs at run time, the programs
 * in /usr/bin, completion and systemd units.
 */
export async function stageTree(root: string, target: string): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  const prefix = join(target, PREFIX);
  mkdirSync(join(prefix, 'plugins'), { recursive: true });
  stageNode(root, join(prefix, 'node'));
  const bundled = await stageCode(root, prefix);
  stagePrograms(target);
  compileCommands(root, prefix);
  stageCompletion(target);
  stageUnits(root, target);
  stageLicenses(root, target, bundled);
}

function stageNode(root: string, target: string): void {
  copyFileSync(join(root, 'node_modules/node/bin/node'), target);
  chmodSync(target, 0o755);
  execFileSync('strip', [target]);
}

/** All code in one file, with the manifests of our packages and the npm packages that are no part of it. */
async function stageCode(root: string, prefix: string): Promise<readonly InstalledPackage[]> {
  const bundled = await writeBundle(root, prefix);
  const modules = join(prefix, 'node_modules');
  for (const folder of workspacesOf(root)) {
    const manifest = publishedManifest(root, folder);
    writeFileSync(join(modules, manifest.name, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  const installed = productionDependencies(root, 'bin');
  const separate = installed.filter(({ name }) => SEPARATE.includes(name) || name.startsWith('@koromix/'));
  for (const { path, name } of separate) {
    copyPackage(join(root, path), join(prefix, path), LEFT_OUT[name] ?? (() => false));
  }
  return installed.filter(({ path }) => bundled.includes(path));
}

function copyPackage(source: string, target: string, isLeftOut: (path: string) => boolean): void {
  cpSync(source, target, {
    recursive: true,
    filter(from) {
      const path = relative(source, from);
      if (path === '') return true;
      // Nested packages are entries of the lock file.
      if (path === 'node_modules' || isLeftOut(path)) return false;
      const name = basename(path);
      if (UNUSED_DIRECTORY.has(name) && !path.startsWith('dist/') && !path.startsWith('lib/')) return false;
      return LICENSE.test(name) || !UNUSED_FILE.test(name);
    },
  });
}

/** The programs start the Node that came with them: whatever /usr/bin/node is, is none of our business. */
function stagePrograms(target: string): void {
  mkdirSync(join(target, 'usr/bin'), { recursive: true });
  for (const name of PROGRAMS) symlinkSync(join('../..', PREFIX, `bundle/${name}.cjs`), join(target, 'usr/bin', name));
}

/** Licences ask that they go with the code, also where that has become part of another file. */
function stageLicenses(root: string, target: string, bundled: readonly InstalledPackage[]): void {
  const licenses = join(target, 'usr/share/licenses/ostrata');
  mkdirSync(licenses, { recursive: true });
  copyFileSync(join(root, 'LICENSE'), join(licenses, 'LICENSE'));
  const texts = bundled.flatMap(({ path, name, version }) =>
    readdirSync(join(root, path))
      .filter((file) => LICENSE.test(file))
      .map((file) => `${name} ${version}\n\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`),
  );
  writeFileSync(join(licenses, 'LICENSES-of-libraries'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

function stageCompletion(target: string): void {
  const program = join(target, PREFIX, 'bundle/ostrata.cjs');
  const places = {
    bash: 'usr/share/bash-completion/completions/ostrata',
    zsh: 'usr/share/zsh/site-functions/_ostrata',
    fish: 'usr/share/fish/vendor_completions.d/ostrata.fish',
  };
  for (const [shell, place] of Object.entries(places)) {
    mkdirSync(join(target, place, '..'), { recursive: true });
    writeFileSync(
      join(target, place),
      execFileSync(join(target, PREFIX, 'node'), [program, 'completion', shell], { encoding: 'utf8' }),
    );
  }
}

/** Units, and links that start them: images have no scriptlets that would. */
function stageUnits(root: string, target: string): void {
  const source = join(root, 'packaging/systemd');
  const units = join(target, 'usr/lib/systemd/system');
  mkdirSync(units, { recursive: true });
  // Drop-ins for units of others are directories.
  cpSync(source, units, { recursive: true });
  for (const name of readdirSync(source).filter((one) => !one.endsWith('.d'))) {
    const [, kind, target] = /^(Wanted|Required)By=(\S+)$/m.exec(readFileSync(join(source, name), 'utf8')) ?? [];
    if (target === undefined) continue;
    const links = join(units, `${target}.${kind === 'Wanted' ? 'wants' : 'requires'}`);
    mkdirSync(links, { recursive: true });
    if (!existsSync(join(links, name))) symlinkSync(`../${name}`, join(links, name));
  }
}
