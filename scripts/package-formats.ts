import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** Makes `ostrata_VERSION_amd64.deb` with dpkg-deb; gives its path. */
export function makeDeb({ root, tree, work, out, version, level }: PackageOptions): string {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'root/DEBIAN'), { recursive: true });
  cpSync(tree, join(work, 'root'), { recursive: true, verbatimSymlinks: true });
  const control = readFileSync(join(root, 'packaging/debian-control'), 'utf8').replaceAll('@VERSION@', version);
  writeFileSync(join(work, 'root/DEBIAN/control'), control);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', `-z${level}`, '--build', join(work, 'root'), work], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return deliver(work, '*.deb', out);
}

function deliver(work: string, pattern: string, out: string): string {
  const [made] = globSync(pattern, { cwd: work });
  if (made === undefined) throw new Error(`no ${pattern} in ${work}`);
  mkdirSync(out, { recursive: true });
  const target = join(out, made.slice(made.lastIndexOf('/') + 1));
  copyFileSync(join(work, made), target);
  return target;
}
