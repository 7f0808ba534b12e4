import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { baseRepository } from '../support/base-repository.ts';
import { testCache } from '../support/cache.ts';
import { OSTRATA_OSTREE, ostrata } from '../support/cli.ts';
import { ROOT } from '../support/shared.ts';
import { shell, tool } from '../support/tools.ts';
import { type Loader, prepareLoader, writeDisk } from './system-disk.ts';

/** The branch of the system, and the names of its two versions. */
export const REF = 'test/system';
export const REMOTE = 'host';

/** A system in two versions, made by ostrata, with ostrata in it. */
export interface SystemImages {
  /** An archive repository with both commits; the branch has the second. */
  readonly repo: string;
  readonly first: string;
  readonly second: string;
  /** Size of ostrata's package. */
  readonly packageBytes: number;
  /** The folder of these images, for what is derived from them. */
  readonly folder: string;
}

/** Composes both versions, or takes them from the test cache where nothing that goes into them has changed. */
export function systemImages(): SystemImages {
  const base = baseRepository();
  const cache = testCache('system');
  tool([process.execPath, join(ROOT, 'scripts/package.ts'), 'tree', '--out', join(cache, 'package')]);
  const inputs = [
    join(cache, 'package/tree'),
    join(ROOT, 'test/boot/agent'),
    join(import.meta.dirname, 'system-image.ts'),
  ];
  const key = createHash('sha256');
  for (const input of inputs) addToHash(key, input);
  key.update(readFileSync(join(base.directory, 'repodata/repomd.xml')));
  const folder = join(cache, key.digest('hex').slice(0, 16));
  if (!existsSync(folder)) {
    for (const old of readdirSync(cache)) if (/^[0-9a-f]{16}(?:\.new)?$/.test(old)) removeTree(join(cache, old));
    compose(base, join(cache, 'package'), `${folder}.new`, join(cache, 'compose-cache'));
    renameSync(`${folder}.new`, folder);
  }
  return {
    folder,
    repo: join(folder, 'repo'),
    ...(JSON.parse(readFileSync(join(folder, 'images.json'), 'utf8')) as Pick<
      SystemImages,
      'first' | 'second' | 'packageBytes'
    >),
  };
}

function addToHash(hash: ReturnType<typeof createHash>, path: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      hash.update(`${name}\0`);
      addToHash(hash, join(path, name));
    }
  } else hash.update(stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path));
}

function compose(
  base: { directory: string; packages: readonly string[] },
  packages: string,
  folder: string,
  cache: string,
): void {
  removeTree(folder);
  const own = join(folder, 'packages');
  mkdirSync(own, { recursive: true });
  tool([process.execPath, join(ROOT, 'scripts/package.ts'), 'rpm', '--keep-tree', '--level', '9', '--out', packages]);
  const [rpm] = globSync('*.rpm', { cwd: packages });
  cpSync(join(packages, rpm!), join(own, rpm!));
  tool(['createrepo_c', '-q', own]);
  cpSync(join(ROOT, 'test/boot/agent'), join(folder, 'agent'), { recursive: true });
  writeFileSync(
    join(folder, 'system.repo'),
    `[base]\nname=base\nbaseurl=file://${base.directory}\ngpgcheck=0\n[own]\nname=own\nbaseurl=file://${own}\ngpgcheck=0\n`,
  );
  const repo = join(folder, 'repo');
  tool([process.execPath, OSTRATA_OSTREE, `--repo=${repo}`, 'init', '--mode=archive']);
  const commits = ['1', '2'].map((version) => {
    writeFileSync(join(folder, 'version'), `${version}\n`);
    writeFileSync(join(folder, 'default.conf'), `default of version ${version}\n`);
    const manifest = join(folder, `system-${version}.json`);
    writeFileSync(manifest, JSON.stringify(treefile(base.packages, version), null, 2));
    const result = ostrata(['compose', 'tree', '--json', '--repo', repo, '--cachedir', cache, manifest]);
    if (result.code !== 0) throw new Error(`compose of version ${version}: ${result.stderr}`);
    return tool([process.execPath, OSTRATA_OSTREE, `--repo=${repo}`, 'rev-parse', REF]).trim();
  });
  writeFileSync(
    join(folder, 'images.json'),
    JSON.stringify({ first: commits[0], second: commits[1], packageBytes: lstatSync(join(own, rpm!)).size }),
  );
}

function treefile(packages: readonly string[], version: string): object {
  return {
    ref: REF,
    repos: ['base', 'own'],
    packages: [...packages, 'ostrata'],
    edition: '2024',
    selinux: false,
    recommends: false,
    'automatic-version-prefix': version,
    'add-files': [
      ['agent/usr/lib/systemd/system/test-agent.service', '/usr/lib/systemd/system/test-agent.service'],
      ['agent/usr/lib/test-agent', '/usr/lib/test-agent'],
      ['version', '/usr/share/test-version'],
      ['default.conf', '/etc/test-untouched.conf'],
      ['default.conf', '/etc/test-edited.conf'],
    ],
    postprocess: [
      '#!/bin/sh\nset -eu\nln -s ../test-agent.service /usr/lib/systemd/system/multi-user.target.wants/test-agent.service\n',
    ],
  };
}

/** A disk with the first version, deployed by ostrata alone; made once for a loader and copied. */
export function systemDisk(images: SystemImages, loader: Loader, target: string): void {
  const key = createHash('sha256').update(readFileSync(join(import.meta.dirname, 'system-disk.ts')));
  const master = join(images.folder, `${loader}-${key.digest('hex').slice(0, 8)}.img`);
  if (!existsSync(master)) makeDisk(images, loader, master);
  tool(['cp', '--sparse=always', master, target]);
}

function makeDisk({ repo, first, folder }: SystemImages, loader: Loader, disk: string): void {
  const work = join(folder, `${loader}.work`);
  removeTree(work);
  const sysroot = join(work, 'sysroot');
  mkdirSync(sysroot, { recursive: true });
  const run = (...args: string[]) => tool([process.execPath, OSTRATA_OSTREE, ...args]);
  run('admin', 'init-fs', '--modern', sysroot);
  mkdirSync(join(sysroot, 'boot'), { recursive: true });
  prepareLoader(sysroot, loader);
  run('admin', 'os-init', 'test', `--sysroot=${sysroot}`);
  const system = join(sysroot, 'ostree/repo');
  run(`--repo=${system}`, 'config', 'set', 'sysroot.readonly', 'true');
  run(`--repo=${system}`, 'pull-local', repo, first);
  run(`--repo=${system}`, 'refs', `--create=${REMOTE}:${REF}`, first);
  const kargs = ['root=LABEL=root', 'rw', 'console=ttyS0', 'systemd.show_status=1'].map((karg) => `--karg=${karg}`);
  run('admin', 'deploy', `--sysroot=${sysroot}`, '--os=test', ...kargs, `${REMOTE}:${REF}`);
  writeDisk(sysroot, `${disk}.new`, work, loader);
  renameSync(`${disk}.new`, disk);
  removeTree(work);
}

/** Deployment roots carry the immutable attribute. */
function removeTree(path: string): void {
  shell('chattr -f -i "$1"/*/ostree/deploy/*/deploy/*.* "$1"/ostree/deploy/*/deploy/*.* || :; rm -rf "$1"', {}, [path]);
}
