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

/** Three starts: the first version, which is hotfixed; the second, staged with its finalization locked; the first again. */
async function live(machine: Machine, { first, second }: SystemImages, url: string): Promise<void> {
  const run = async (script: string) => {
    const { code, output } = await machine.run(script, BOOT_SECONDS);
    assert.equal(code, 0, `${script}:\n${output}`);
    return output;
  };
  const deployments = async () => {
    const status = JSON.parse(await run('ostrata status --json')) as { deployments: { [key: string]: unknown }[] };
    return status.deployments.map(({ checksum, booted, staged, unlocked }) =>
      [checksum === second ? 2 : 1, booted && 'booted', staged && 'staged', unlocked !== 'none' && unlocked]
        .filter(Boolean)
        .join(' '),
    );
  };
  await machine.booted(BOOT_SECONDS);
  assert.deepEqual(await deployments(), ['1 booted']);
  assert.match(await run('ostree admin status'), new RegExp(`^\\* test ${first}\\.0`));
  assert.match(
    await run('touch /sysroot/x 2>&1 || touch /usr/x 2>&1 || :'),
    /^.*: Read-only file system\n.*: Read-only file system$/,
  );
  await run(`set -e
    ostrata ostree admin unlock --hotfix; echo fixed >/usr/share/test-hotfix
    echo mine >/etc/test-edited.conf; echo new >/etc/test-new.conf; echo kept >/var/lib/test-kept
    ostrata ostree remote add --no-gpg-verify ${REMOTE} ${url} ${REF}
    ostrata kargs --append=test.argument=1
    ostrata upgrade --lock-finalization`);
  assert.deepEqual(await deployments(), ['2 staged', '1 booted hotfix', '1']);
  assert.equal(
    await run(
      'cat /usr/share/test-version; systemctl is-active ostrata-finalize-staged.service; ls /run/ostree/staged-deployment-locked',
    ),
    '1\nactive\n/run/ostree/staged-deployment-locked',
  );
  assert.notEqual((await machine.run(`ostrata finalize-deployment ${first}`, BOOT_SECONDS)).code, 0);

  await machine.restart(`ostrata finalize-deployment ${second}`, BOOT_SECONDS);
  assert.deepEqual(await deployments(), ['2 booted', '1 hotfix']);
  assert.equal(await run(STATE), '2\nmine\nnew\ndefault of version 2\nkept\n1\nnone');
  await run('ostrata ostree admin unlock; echo lost >/usr/share/test-unlocked');
  assert.deepEqual(await deployments(), ['2 booted development', '1 hotfix']);
  await run(`set -e
    ostrata rollback
    ostrata kargs --append=test.argument=never`);
  assert.deepEqual(await deployments(), ['1 staged', '1 hotfix', '2 booted development']);

  // What was staged last does not come to be, and that is told.
  await machine.restart('echo broken >/run/ostree/staged-deployment; systemctl --no-block reboot', BOOT_SECONDS);
  assert.deepEqual(await deployments(), ['1 booted hotfix', '2']);
  assert.equal(
    await run(`${STATE}; cat /usr/share/test-hotfix; ls /usr/share/test-unlocked 2>&1 || :`),
    "1\nmine\nnew\ndefault of version 1\nkept\n0\nostrata-boot-complete.service\nfixed\nls: cannot access '/usr/share/test-unlocked': No such file or directory",
  );
  assert.match(
    await run('journalctl -b -u ostrata-boot-complete.service'),
    /failed on previous boot: .*staged-deployment/,
  );
}

/** The version, what the user changed in /etc and what not, /var, whether the argument is there, and units of ours that failed. */
const STATE = `cat /usr/share/test-version /etc/test-edited.conf /etc/test-new.conf /etc/test-untouched.conf /var/lib/test-kept
  grep -c test.argument= /proc/cmdline
  systemctl --failed --no-legend --plain | cut -d " " -f 1 | grep ostr || echo none`;
