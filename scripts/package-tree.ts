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
import { productionDependencies } from './package-dependencies.ts';

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
 * Lays out what a package of a distribution contains below `target`: Node, the built packages with what they need at run time, the programs in
 * /usr/bin, completion and systemd units. `build/` has been made by `scripts/build.ts`.
 */
export function stageTree(root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const prefix = join(target, PREFIX);
  mkdirSync(join(prefix, 'plugins'), { recursive: true });
  stageNode(root, join(prefix, 'node'));
  stageModules(root, join(prefix, 'node_modules'));
  stagePrograms(target);
  stageCompletion(target);
  stageUnits(root, target);
  const licenses = join(target, 'usr/share/licenses/ostrata');
  mkdirSync(licenses, { recursive: true });
  copyFileSync(join(root, 'LICENSE'), join(licenses, 'LICENSE'));
}

function stageNode(root: string, target: string): void {
  copyFileSync(join(root, 'node_modules/node/bin/node'), target);
  chmodSync(target, 0o755);
  execFileSync('strip', [target]);
}

function stageModules(root: string, target: string): void {
  const own = join(root, 'build/node_modules/@ostrata');
  for (const name of readdirSync(own)) {
    // What tests are written with.
    if (name === 'testkit') continue;
    copyPackage(join(own, name), join(target, '@ostrata', name), () => false);
  }
  for (const { path, name } of productionDependencies(root, 'bin')) {
    copyPackage(join(root, path), join(target, path.slice('node_modules/'.length)), LEFT_OUT[name] ?? (() => false));
  }
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
  const programs = join(PREFIX, 'node_modules/@ostrata/cli/bin');
  mkdirSync(join(target, 'usr/bin'), { recursive: true });
  for (const name of ['ostrata', 'ostrata-ostree']) {
    const file = join(target, programs, `${name}.js`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^#!.*/, `#!/${PREFIX}/node`));
    chmodSync(file, 0o755);
    symlinkSync(join('../..', programs, `${name}.js`), join(target, 'usr/bin', name));
  }
}

function stageCompletion(target: string): void {
  const program = join(target, PREFIX, 'node_modules/@ostrata/cli/bin/ostrata.js');
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
  for (const name of readdirSync(source)) {
    copyFileSync(join(source, name), join(units, name));
    const wanted = /^WantedBy=(\S+)$/m.exec(readFileSync(join(source, name), 'utf8'))?.[1];
    if (wanted === undefined) continue;
    mkdirSync(join(units, `${wanted}.wants`), { recursive: true });
    if (!existsSync(join(units, `${wanted}.wants`, name)))
      symlinkSync(`../${name}`, join(units, `${wanted}.wants`, name));
  }
}
