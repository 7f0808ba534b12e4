import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from 'openpgp';
import { type CliResult, OSTRATA, ostrata } from '../support/cli.ts';
import { writeManifest } from '../support/manifest.ts';
import { TINY_REPOSITORY_NEEDS, type TinyPackage, tinyRepository } from '../support/tiny-repository.ts';
import { missing, tool } from '../support/tools.ts';

const PACKAGES: TinyPackage[] = [
  { name: 'base', files: { '/usr/share/base/file': 'base\n', '/etc/base.conf': 'setting=1\n' } },
  {
    name: 'app',
    preamble: ['Requires: library'],
    files: { '/usr/share/app/data': randomBytes(300_000).toString('hex') },
  },
  { name: 'library', files: { '/usr/share/library/data': randomBytes(3_000_000).toString('hex') } },
  { name: 'broken', preamble: ['Requires: nowhere >= 3'] },
  { name: 'rival', preamble: ['Conflicts: library'], files: { '/usr/share/rival/file': 'rival\n' } },
  { name: 'squatter', files: { '/usr/share/base/file': 'another content\n' } },
];

describe('compose tree and bad input (needs rpmbuild, createrepo_c, ostree)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-bad-'));
  const pristine = join(work, 'pristine');
  let folder: string;
  let count = 0;

  before(function () {
    const lacking = missing(...TINY_REPOSITORY_NEEDS, 'ostree');
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    tinyRepository(pristine, PACKAGES);
  });
  beforeEach(() => {
    folder = join(work, `case-${count++}`);
    mkdirSync(folder);
    cpSync(pristine, join(folder, 'packages'), { recursive: true });
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  const args = (manifest: string) => [
    'compose',
    'tree',
    '--json',
    '--repo',
    join(folder, 'repo'),
    '--cachedir',
    join(folder, 'cache'),
    manifest,
  ];
  const manifestOf = (packages: readonly string[], fields = {}) =>
    writeManifest(folder, join(folder, 'packages'), packages, fields);
  const compose = (packages: readonly string[], fields = {}): CliResult => ostrata(args(manifestOf(packages, fields)));

  /** Asserts a failure with a code, a sentence that names what is at fault, and a hint; and that nothing half-written stays. */
  const refused = (result: CliResult, code: RegExp, names: RegExp) => {
    assert.equal(result.code, 1, result.stderr + result.stdout);
    const { error } = JSON.parse(result.stdout);
    const all = JSON.stringify(error);
    assert.match(error.code, code, all);
    assert.match(all, names);
    assert.ok(error.hint ?? error.problems.some((problem: { hint: string }) => problem.hint), `a hint: ${all}`);
    clean();
  };

  /** The repositories pass the real fsck, no ref moved, and no temporary file is left. */
  const clean = () => {
    for (const repo of [join(folder, 'repo'), join(folder, 'cache', 'work-repo')]) {
      if (!existsSync(join(repo, 'config'))) continue;
      tool(['ostree', `--repo=${repo}`, 'fsck', '--quiet']);
      assert.equal(tool(['ostree', `--repo=${repo}`, 'refs', '--list', 'test/base']).trim(), '');
    }
    const left = existsSync(join(folder, 'cache'))
      ? tool(['find', join(folder, 'cache'), '-name', '*.tmp', '-o', '-name', '.tmp*'])
      : '';
    assert.equal(left, '', 'temporary files');
  };

  const succeeds = (packages: readonly string[]) => {
    const result = compose(packages);
    assert.equal(result.code, 0, result.stderr + result.stdout);
    tool(['ostree', `--repo=${join(folder, 'repo')}`, 'fsck', '--quiet']);
    assert.ok(tool(['ostree', `--repo=${join(folder, 'repo')}`, 'rev-parse', 'test/base']).trim());
  };

  it('a truncated RPM', () => {
    truncateSync(join(folder, 'packages/app-1.0.rpm'), 5000);
    refused(compose(['base', 'app']), /./, /app/);
  });

  it('a truncated RPM whose metadata was made after the damage', () => {
    truncateSync(join(folder, 'packages/app-1.0.rpm'), 100_000);
    tool(['createrepo_c', '-q', join(folder, 'packages')]);
    refused(compose(['base', 'app']), /^RPM_/, /app/);
  });

  it('a corrupt payload whose metadata was made after the damage', () => {
    const file = join(folder, 'packages/app-1.0.rpm');
    const bytes = readFileSync(file);
    bytes.fill(0x55, bytes.length - 50_000, bytes.length - 40_000);
    writeFileSync(file, bytes);
    tool(['createrepo_c', '-q', join(folder, 'packages')]);
    refused(compose(['base', 'app']), /^RPM_/, /app/);
  });

  it('a package with a wrong checksum', () => {
    const file = join(folder, 'packages/app-1.0.rpm');
    const bytes = readFileSync(file);
    bytes[bytes.length - 100]! ^= 0xff;
    writeFileSync(file, bytes);
    refused(compose(['base', 'app']), /CHECKSUM/, /app-1\.0\.rpm/);
  });

  it('an unsigned package with gpgcheck=1', async () => {
    const manifest = manifestOf(['base']);
    const { publicKey } = await generateKey({ userIDs: [{ name: 'test' }], type: 'ecc', format: 'armored' });
    writeFileSync(join(folder, 'key.asc'), publicKey);
    writeFileSync(
      join(folder, 'base.repo'),
      `[base]\nname=base\nbaseurl=file://${join(folder, 'packages')}\ngpgcheck=1\ngpgkey=file://${join(folder, 'key.asc')}\n`,
    );
    refused(ostrata(args(manifest)), /SIGN/, /base-1\.0/);
  });

  it('broken XML', () => {
    const repodata = join(folder, 'packages/repodata');
    rmSync(repodata, { recursive: true });
    mkdirSync(repodata);
    writeFileSync(
      join(repodata, 'repomd.xml'),
      '<?xml version="1.0"?>\n<repomd><data type="primary"><location href="x"></data></repomd>',
    );
    refused(compose(['base']), /XML|REPOMD|METADATA/, /repomd\.xml.*line|line.*repomd\.xml/s);
  });

  it('unknown keys and wrong types in a treefile, all at once', () => {
    const manifest = join(folder, 'bad.yaml');
    writeManifest(folder, join(folder, 'packages'), ['base']);
    writeFileSync(manifest, 'ref: test/base\nrepos: [base]\npackges: [base]\nselinux: maybe\n');
    const result = ostrata(args(manifest));
    refused(result, /TREEFILE/, /bad\.yaml:3.*bad\.yaml:4|packges.*selinux/s);
  });

  it('a dependency that nothing provides', () => {
    refused(compose(['base', 'broken']), /SOLV|UNSATISF/, /nowhere.*broken|broken.*nowhere/s);
  });

  it('packages that conflict', () => {
    refused(compose(['base', 'app', 'rival']), /SOLV|UNSATISF/, /rival.*library|library.*rival/s);
  });

  it('packages that disagree about a file', () => {
    refused(compose(['base', 'squatter']), /CONFLICT/, /usr\/share\/base\/file/);
  });

  it('a full disk, and again with room (needs root)', function () {
    if (missing('root').length > 0) this.skip();
    const small = join(folder, 'cache');
    mkdirSync(small);
    tool(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]);
    try {
      refused(compose(['base', 'app']), /./, /no space|free|ENOSPC|room/i);
      tool(['mount', '-o', 'remount,size=200m', small]);
      succeeds(['base', 'app']);
    } finally {
      tool(['umount', small]);
    }
  });

  it('kill -9 in mid-compose, and run again', async () => {
    const manifest = manifestOf(['base', 'app']);
    for (const moment of ['Importing packages', 'Laying over', 'Writing the commit']) {
      rmSync(join(folder, 'cache'), { recursive: true, force: true });
      await signalAt(moment, 'SIGKILL', manifest);
      const repo = join(folder, 'cache', 'work-repo');
      if (existsSync(join(repo, 'config'))) tool(['ostree', `--repo=${repo}`, 'fsck', '--quiet']);
    }
    succeeds(['base', 'app']);
    assert.deepEqual(
      readdirSync(join(folder, 'repo/tmp')).filter((name) => name.startsWith('staging-')),
      [],
    );
  });

  it('Ctrl-C ends at once, cleanly, with exit code 130', async () => {
    const manifest = manifestOf(['base', 'app']);
    const { code, stderr } = await signalAt('Importing packages', 'SIGINT', manifest);
    assert.equal(code, 130, stderr);
    clean();
    succeeds(['base', 'app']);
  });

  /** Starts a compose and sends a signal when a task begins. */
  function signalAt(
    task: string,
    signal: NodeJS.Signals,
    manifest: string,
  ): Promise<{ code: number | null; stderr: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [OSTRATA, ...args(manifest), '-q', '--progress-fd', '2'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      let sent = false;
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk;
        if (sent || !stderr.includes(task)) return;
        sent = true;
        child.kill(signal);
      });
      child.once('close', (code) => resolve({ code, stderr }));
    });
  }
});
