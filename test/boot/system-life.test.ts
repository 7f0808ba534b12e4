import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS } from '../support/base-repository.ts';
import { missing } from '../support/tools.ts';
import { serve } from './http-repository.ts';
import { Machine } from './machine.ts';
import { type Loader, SYSTEM_DISK_NEEDS } from './system-disk.ts';
import { REF, REMOTE, type SystemImages, systemDisk, systemImages } from './system-image.ts';

/** A start in software emulation, on a machine that does much else. */
const BOOT_SECONDS = 600;
const PACKAGE_LIMIT = 60_000_000;

/** One in every run; all of them with `OSTRATA_TEST_BOOT=all`. */
const LOADERS: readonly { loader: Loader; needs: readonly string[] }[] =
  process.env['OSTRATA_TEST_BOOT'] === 'all'
    ? [
        { loader: 'grub-bios', needs: ['/usr/lib/grub/i386-pc'] },
        { loader: 'grub-efi', needs: ['/usr/lib/grub/x86_64-efi', '/usr/share/OVMF/OVMF_CODE_4M.fd'] },
        {
          loader: 'systemd-boot',
          needs: ['/usr/lib/systemd/boot/efi/systemd-bootx64.efi', '/usr/share/OVMF/OVMF_CODE_4M.fd'],
        },
      ]
    : [{ loader: 'grub-bios', needs: ['/usr/lib/grub/i386-pc'] }];

describe('a system lives on ostrata alone (needs root, apt, rpmbuild, dracut, bwrap, qemu, grub)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-life-'));
  let images: SystemImages;
  let server: Server;
  let url: string;

  before(async function () {
    const lacking = missing(...BASE_REPOSITORY_NEEDS, ...SYSTEM_DISK_NEEDS, 'bwrap', 'dracut', 'qemu-system-x86_64');
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    images = systemImages();
    ({ server, url } = await serve(images.repo));
  });
  after(() => {
    server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('ostrata with its Node is a package of less than 60 MB', () => {
    assert.ok(images.packageBytes < PACKAGE_LIMIT, `${images.packageBytes} bytes`);
  });

  for (const { loader, needs } of LOADERS) {
    it(`${loader}: boots, is upgraded over http, keeps /etc and /var, and goes back`, async function () {
      this.timeout(40 * 60_000);
      const lacking = needs.filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
      if (lacking.length > 0) this.skip();
      const folder = join(work, loader);
      mkdirSync(folder);
      const disk = join(folder, 'disk.img');
      systemDisk(images, loader, disk);
      const machine = Machine.start({ disk, work: folder, loader, isOnline: true });
      try {
        await live(machine, images, url);
      } finally {
        await machine.kill();
        rmSync(disk, { force: true });
      }
    });
  }
});

async function live(machine: Machine, { first, second }: SystemImages, url: string): Promise<void> {
  const run = async (script: string) => {
    const { code, output } = await machine.run(script, BOOT_SECONDS);
    assert.equal(code, 0, `${script}:\n${output}`);
    return output;
  };
  const deployments = async () => {
    const status = JSON.parse(await run('ostrata status --json')) as {
      deployments: { checksum: string; booted: boolean; staged: boolean }[];
    };
    return status.deployments.map(({ checksum, booted, staged }) => ({ checksum, booted, staged }));
  };
  await machine.booted(BOOT_SECONDS);
  assert.deepEqual(await deployments(), [{ checksum: first, booted: true, staged: false }]);
  assert.match(await run('touch /sysroot/x 2>&1 || :'), /Read-only file system/);
  await run(`set -e
    echo mine >/etc/test-edited.conf; echo new >/etc/test-new.conf; echo kept >/var/lib/test-kept
    ostrata ostree remote add --no-gpg-verify ${REMOTE} ${url} ${REF}
    ostrata kargs --append=test.argument=1
    ostrata upgrade`);
  assert.deepEqual(await deployments(), [
    { checksum: second, booted: false, staged: true },
    { checksum: first, booted: true, staged: false },
  ]);
  assert.equal(
    await run('cat /usr/share/test-version; systemctl is-active ostrata-finalize-staged.service'),
    '1\nactive',
  );

  await machine.reboot(BOOT_SECONDS);
  assert.deepEqual(await deployments(), [
    { checksum: second, booted: true, staged: false },
    { checksum: first, booted: false, staged: false },
  ]);
  assert.equal(await run(STATE), '2\nmine\nnew\ndefault of version 2\nkept\n1\nnone');

  await run('ostrata rollback');
  await machine.reboot(BOOT_SECONDS);
  assert.deepEqual(await deployments(), [
    { checksum: first, booted: true, staged: false },
    { checksum: second, booted: false, staged: false },
  ]);
  assert.equal(await run(STATE), '1\nmine\nnew\ndefault of version 1\nkept\n0\nnone');
}

/** The version, what the user changed in /etc and what not, /var, whether the argument is there, and units of ours that failed. */
const STATE = `cat /usr/share/test-version /etc/test-edited.conf /etc/test-new.conf /etc/test-untouched.conf /var/lib/test-kept
  grep -c test.argument=1 /proc/cmdline
  systemctl --failed --no-legend --plain | grep ostr || echo none`;
