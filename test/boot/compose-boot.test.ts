import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS, type BaseRepository, baseRepository } from '../support/base-repository.ts';
import { ostrata } from '../support/cli.ts';
import { bootManifest } from '../support/manifest.ts';
import { commitWithOstree, installedPackages, installWithDnf, PEER_NEEDS } from '../support/peer-compose.ts';
import { missing, tool } from '../support/tools.ts';
import { DISK_NEEDS, deployToDisk } from './disk-image.ts';
import { type BootLog, bootUntil } from './qemu.ts';

const PROOF = join(import.meta.dirname, 'proof');
const TIMEOUT_SECONDS = 600;

describe('a composed image boots (needs root, apt, rpmbuild, dnf, dracut, bwrap, ostree, qemu)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-boot-'));
  let base: BaseRepository;

  before(function () {
    const lacking = missing(
      ...BASE_REPOSITORY_NEEDS,
      ...PEER_NEEDS,
      ...DISK_NEEDS,
      'bwrap',
      'dracut',
      'qemu-system-x86_64',
    );
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    base = baseRepository();
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it('reaches multi-user, and no unit fails that does not fail as well in the image of dnf and ostree', async function () {
    this.timeout(60 * 60_000);
    const made = composed();
    const root = installWithDnf(base.directory, base.packages, work);
    assert.deepEqual(made.packages, installedPackages(root), 'the package sets');
    const ours = await boot(this, made.repo, 'ours');
    const failed = proof(ours, 'failed');
    if (failed.length > 0) {
      const repo = join(work, 'peer-repo');
      commitWithOstree(root, repo, 'test/base', { overlay: PROOF });
      const peer = proof(await boot(this, repo, 'peer'), 'failed');
      assert.deepEqual(
        failed.filter((unit) => !peer.includes(unit)),
        [],
        'units that fail only in our image',
      );
    }
    assert.deepEqual(
      [proof(ours, 'usr'), proof(ours, 'etc'), proof(ours, 'var')],
      [['readonly'], ['writable'], ['writable']],
    );
    assert.deepEqual(proof(ours, 'packages'), [String(made.packages.length)], 'rpm -qa in the booted system');
    assert.match(proof(ours, 'status').join('\n'), /^\* test [0-9a-f]{64}\.0/);
  });

  /** Composes with ostrata; the boot proof comes in by the treefile's own means. */
  function composed(): { repo: string; packages: string[] } {
    const folder = join(work, 'ours');
    mkdirSync(folder, { recursive: true });
    cpSync(PROOF, join(folder, 'proof'), { recursive: true });
    const manifest = bootManifest(folder, base);
    const repo = join(folder, 'repo');
    const result = ostrata([
      'compose',
      'tree',
      '--json',
      '--repo',
      repo,
      '--cachedir',
      join(folder, 'cache'),
      manifest,
    ]);
    assert.equal(result.code, 0, result.stderr);
    tool(['ostree', `--repo=${repo}`, 'fsck', '--quiet']);
    const { packages } = JSON.parse(result.stdout) as { packages: { name: string; evr: string; arch: string }[] };
    return { repo, packages: packages.map(({ name, evr, arch }) => `${name}-${evr}.${arch}`).sort() };
  }

  /** Boots once, and once more when the machine was too slow; the second try is reported. */
  async function boot(context: Mocha.Context, repo: string, name: string): Promise<BootLog> {
    const disk = deployToDisk(repo, 'test/base', join(work, `disk-${name}`));
    try {
      for (let attempt = 1; ; attempt++) {
        const log = await bootUntil(disk, /BOOT-PROOF-END/, TIMEOUT_SECONDS);
        if (log.matched) return log;
        writeFileSync(join(tmpdir(), `ostrata-boot-${name}.log`), log.lines.join('\n'));
        if (attempt === 2) assert.fail(`${name} did not boot:\n${log.lines.slice(-40).join('\n')}`);
        process.stdout.write(`boot of ${name} tried again: ${context.test?.title}\n`);
      }
    } finally {
      rmSync(join(work, `disk-${name}`), { recursive: true, force: true });
    }
  }
});

/** Values of the lines `BOOT-PROOF name=value`. */
function proof(log: BootLog, name: string): string[] {
  return log.lines.flatMap((line) => new RegExp(`BOOT-PROOF ${name}=(.*)$`).exec(line)?.[1] ?? []);
}
