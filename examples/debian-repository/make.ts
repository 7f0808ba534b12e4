/**
 * Makes an RPM repository out of packages of the Debian archive that apt is set up with: a small real distribution to compose images
 * from. Real binaries and dependencies; alternatives become rich dependencies, Recommends stay weak, everything is in /usr.
 *
 *   node examples/debian-repository/make.ts OUTDIR [--set small|bootable]
 *   node examples/debian-repository/make.ts OUTDIR --bump NAME...
 *
 * Packages that OUTDIR has already are not built again. --bump builds packages of OUTDIR again with a higher release and one more file,
 * as updates to find. Needs apt, dpkg-deb, rpmbuild and createrepo_c.
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { parseControl, rpmVersion } from './control.ts';
import { mergeUsr } from './merged-usr.ts';
import { PACKAGE_SETS } from './package-sets.ts';
import { rpmArch, rpmSpec } from './spec.ts';

const exec = promisify(execFile);
const MAX_OUTPUT = { maxBuffer: 64 * 1024 * 1024 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: 'string', default: 'small' }, bump: { type: 'string', multiple: true, default: [] } },
});
const wanted = PACKAGE_SETS[values.set];
if (positionals.length !== 1 || wanted === undefined) {
  process.stderr.write(`usage: make.ts OUTDIR [--set ${Object.keys(PACKAGE_SETS).join('|')}]\n`);
  process.exit(2);
}
const out = resolve(positionals[0] as string);
const pool = join(out, '.debs');
mkdirSync(pool, { recursive: true });

const updates = values.bump;
const closure = updates.length > 0 ? updates : await dependencyClosure(wanted);
const missing = closure.filter((name) => !pooled().includes(name));
if (missing.length > 0) {
  process.stderr.write(`Fetching ${missing.length} Debian packages\n`);
  await exec(
    'apt-get',
    ['download', '-q', '-o', 'APT::Sandbox::User=', '-o', 'Dir::State::status=/dev/null', ...missing],
    { cwd: pool, ...MAX_OUTPUT },
  );
}
const debs = readdirSync(pool).filter((file) => file.endsWith('.deb') && closure.includes(nameOf(file)));
const known = new Set(pooled());
let built = 0;
const queue = [...debs];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let deb = queue.pop(); deb !== undefined; deb = queue.pop()) {
      await buildRpm(join(pool, deb));
      if (++built % 20 === 0 || built === debs.length)
        process.stderr.write(`Built ${built}/${debs.length} RPM packages\n`);
    }
  }),
);
await exec('createrepo_c', ['-q', '--update', out]);
if (updates.length === 0) writeFileSync(join(out, 'packages.list'), `${wanted.join('\n')}\n`);

/** Package name of a file in the pool: NAME_VERSION_ARCH.deb. */
function nameOf(deb: string): string {
  return deb.split('_')[0] as string;
}

function pooled(): string[] {
  return readdirSync(pool).map(nameOf);
}

/** What apt would install on an empty system. */
async function dependencyClosure(names: readonly string[]): Promise<string[]> {
  const options = ['-o', 'Dir::State::status=/dev/null', '-o', 'APT::Get::AllowUnauthenticated=1'];
  const { stdout } = await exec(
    'apt-get',
    ['-s', 'install', '--no-install-recommends', ...options, ...names],
    MAX_OUTPUT,
  );
  return [...new Set([...stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] as string))].sort();
}

async function buildRpm(deb: string): Promise<void> {
  const control = { ...parseControl((await exec('dpkg-deb', ['-f', deb])).stdout) };
  if (updates.length > 0) control['Version'] += '+update1';
  const { version, release } = rpmVersion(control['Version'] ?? '0');
  const arch = rpmArch(control);
  const target = join(out, `${control['Package']}-${version}-${release}.${arch}.rpm`);
  if (existsSync(target)) return;
  const work = mkdtempSync(join(tmpdir(), 'debian-repository-'));
  try {
    const root = join(work, 'root');
    mkdirSync(root);
    await exec('dpkg-deb', ['-x', deb, root]);
    mergeUsr(root, control['Package'] ?? '');
    if (updates.length > 0) {
      mkdirSync(join(root, 'usr/share', control['Package'] ?? ''), { recursive: true });
      writeFileSync(join(root, 'usr/share', control['Package'] ?? '', 'updated'), `${control['Version']}\n`);
    }
    const conffiles = await exec('dpkg-deb', ['-I', deb, 'conffiles']).then(
      ({ stdout }) => new Set(stdout.split('\n')),
      () => new Set<string>(),
    );
    writeFileSync(join(work, 'package.spec'), rpmSpec(control, root, known, conffiles));
    const defines = {
      _topdir: work,
      _rpmdir: join(work, 'out'),
      _build_name_fmt: 'package.rpm',
      _binary_payload: 'w6.zstdio',
      __os_install_post: '%{nil}',
      debug_package: '%{nil}',
      _build_id_links: 'none',
      _unpackaged_files_terminate_build: '0',
      _binaries_in_noarch_packages_terminate_build: '0',
      source_date_epoch_from_changelog: '0',
    };
    const options = Object.entries(defines).flatMap(([key, value]) => ['--define', `${key} ${value}`]);
    await exec(
      'rpmbuild',
      ['-bb', '--quiet', '--noclean', '--target', arch, '--buildroot', root, ...options, join(work, 'package.spec')],
      {
        ...MAX_OUTPUT,
        env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
      },
    );
    renameAcross(join(work, 'out', 'package.rpm'), target);
  } catch (cause) {
    const detail = (cause as { stderr?: string }).stderr ?? String(cause);
    throw new Error(`${control['Package']}: cannot be built as RPM\n${detail.slice(-2000)}`, { cause });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A rename that also works between file systems, and never leaves half a file. */
function renameAcross(from: string, to: string): void {
  const beside = `${to}.tmp`;
  try {
    renameSync(from, to);
  } catch {
    copyFileSync(from, beside);
    renameSync(beside, to);
  }
}
