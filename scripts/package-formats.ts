import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';

export interface PackageOptions {
  readonly root: string;
  /** What `stageTree` has laid out. */
  readonly tree: string;
  /** A directory for what is made on the way; it is emptied. */
  readonly work: string;
  /** Where the package goes. */
  readonly out: string;
  readonly version: string;
  /** Of zstd. */
  readonly level: number;
}

/** Makes `ostrata-VERSION-1.x86_64.rpm` with rpmbuild; gives its path. */
export function makeRpm({ root, tree, work, out, version, level }: PackageOptions): string {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const defines = {
    _topdir: work,
    _rpmdir: work,
    ostrata_version: version,
    ostrata_tree: tree,
    _binary_payload: `w${level}.zstdio`,
    _buildhost: 'localhost',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
  };
  const args = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  execFileSync('rpmbuild', ['-bb', '--quiet', ...args, join(root, 'packaging/ostrata.spec')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return deliver(work, '**/*.rpm', out);
}

/**
 * Makes `ostrata_VERSION_amd64.deb` with dpkg-deb; gives its path. What it depends on has the versions of symbols that node and koffi are linked
 * with (`objdump -T`).
 */
export function makeDeb({ root, tree, work, out, version, level }: PackageOptions): string {
  rmSync(work, { recursive: true, force: true });
  const laidOut = join(work, 'root');
  cpSync(tree, laidOut, { recursive: true, verbatimSymlinks: true });
  // Where Debian looks for it (Debian Policy, 12.5).
  mkdirSync(join(laidOut, 'usr/share/doc/ostrata'), { recursive: true });
  copyFileSync(join(root, 'LICENSE'), join(laidOut, 'usr/share/doc/ostrata/copyright'));
  const files = filesBelow(laidOut);
  const size = files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(laidOut, path)).size / 1024), 0);
  const control = readFileSync(join(root, 'packaging/debian-control'), 'utf8');
  mkdirSync(join(laidOut, 'DEBIAN'));
  writeFileSync(
    join(laidOut, 'DEBIAN/control'),
    control.replaceAll('@VERSION@', version).replaceAll('@SIZE@', String(size)),
  );
  writeFileSync(join(laidOut, 'DEBIAN/md5sums'), files.map((path) => md5Line(laidOut, path)).join(''));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', `-z${level}`, '--build', laidOut, work], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return deliver(work, '*.deb', out);
}

/** Regular files, relative and in order. */
function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** What dpkg compares an installed file with (deb-md5sums(5)). */
const md5Line = (directory: string, path: string): string =>
  `${hash('md5', readFileSync(join(directory, path)))}  ${path}\n`;

function deliver(work: string, pattern: string, out: string): string {
  const [made] = globSync(pattern, { cwd: work });
  if (made === undefined) throw new Error(`no ${pattern} in ${work}`);
  mkdirSync(out, { recursive: true });
  const target = join(out, made.slice(made.lastIndexOf('/') + 1));
  copyFileSync(join(work, made), target);
  return target;
}
