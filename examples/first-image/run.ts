/**
 * The main job at a small size: composes an image from the package sources of this machine and shows that `ostree` can read it.
 *
 *   npm run demo [-- OUTDIR]
 *
 * Where dnf has repositories their packages are used; on Debian an RPM repository is made out of Debian packages first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const out = resolve(process.argv[2] ?? join(ROOT, '.cache', 'first-image'));
const manifest = join(out, 'manifest.json');
const repo = join(out, 'repo');
mkdirSync(out, { recursive: true });

const dnfRepositories = enabledDnfRepositories();
if (dnfRepositories.length > 0) writeForDnf(dnfRepositories);
else writeForDebian();
run(process.execPath, [
  join(ROOT, 'bin/bin/ostrata.js'),
  'compose',
  'tree',
  '--repo',
  repo,
  '--cachedir',
  join(out, 'cache'),
  manifest,
]);

if (spawnSync('ostree', ['--version']).error === undefined) {
  run('ostree', [`--repo=${repo}`, 'fsck', '--quiet']);
  run('ostree', [`--repo=${repo}`, 'log', 'first-image']);
  run('ostree', [`--repo=${repo}`, 'ls', 'first-image', '/usr']);
} else {
  process.stdout.write('ostree is not installed here; with it "ostree --repo=… log first-image" shows the commit.\n');
}

/** Ids of the repositories that dnf would use, and none where there is no dnf. */
function enabledDnfRepositories(): string[] {
  const { stdout, status } = spawnSync('dnf', ['-q', 'repolist', '--enabled'], { encoding: 'utf8' });
  if (status !== 0 || !existsSync('/etc/yum.repos.d')) return [];
  return stdout
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s/)[0] ?? '')
    .filter(Boolean);
}

function writeForDnf(repositories: readonly string[]): void {
  run('cp', ['-r', '/etc/yum.repos.d/.', out]);
  const { stdout } = spawnSync('rpm', ['-E', '%{?fedora}%{?rhel}'], { encoding: 'utf8' });
  writeManifest(repositories, ['bash', 'coreutils', 'filesystem', 'rpm', 'glibc-minimal-langpack'], stdout.trim());
}

function writeForDebian(): void {
  const packages = join(out, 'packages');
  run(process.execPath, [join(ROOT, 'examples/debian-repository/make.ts'), packages, '--set', 'small']);
  writeFileSync(
    join(out, 'example.repo'),
    `[example]\nname=Debian packages as RPM\nbaseurl=file://${packages}\ngpgcheck=0\n`,
  );
  // Debian's essential packages are required by none, so a root has to name them.
  const names = [
    'base-files',
    'base-passwd',
    'bash',
    'coreutils',
    'dash',
    'findutils',
    'gawk',
    'grep',
    'gzip',
    'libc-bin',
    'login',
  ];
  writeManifest(
    ['example'],
    [...names, 'passwd', 'rpm', 'sed', 'tar', 'tzdata', 'util-linux', 'usr-is-merged'],
    undefined,
  );
}

function writeManifest(repos: readonly string[], packages: readonly string[], releasever: string | undefined): void {
  const treefile = {
    ref: 'first-image',
    ...(releasever === undefined ? {} : { releasever }),
    repos,
    packages,
    edition: '2024',
    recommends: false,
    documentation: false,
    selinux: false,
    'automatic-version-prefix': '1',
  };
  writeFileSync(manifest, `${JSON.stringify(treefile, null, 2)}\n`);
}

function run(program: string, args: readonly string[]): void {
  process.stdout.write(`\n$ ${[program === process.execPath ? 'node' : program, ...args].join(' ')}\n`);
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
