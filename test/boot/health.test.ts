import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS } from '../support/base-repository.ts';
import { missing } from '../support/tools.ts';
import { serve } from './http-repository.ts';
import { Machine } from './machine.ts';
import { SYSTEM_DISK_NEEDS } from './system-disk.ts';
import { REF, REMOTE, type SystemImages, systemDisk, systemImages } from './system-image.ts';

const BOOT_SECONDS = 900;
const LOADER = 'grub-bios';

/** A check that only the first version passes. */
const CHECK = `mkdir -p /etc/ostrata/check/required.d
printf '#!/bin/sh\\necho start >>/var/lib/test-starts\\ngrep -q 1 /usr/share/test-version\\n' >/etc/ostrata/check/required.d/10-version
chmod 755 /etc/ostrata/check/required.d/10-version`;

const CONFIG = `mkdir -p /etc/ostrata
printf 'plugins:\\n  boot-grub:\\n    config: {counting: 2}\\n  boot-good:\\n    config: {attempts: 5}\\n' >/etc/ostrata/config.yaml`;

describe('a machine goes back by itself (needs OSTRATA_TEST_BOOT=all, root, apt, rpmbuild, dracut, bwrap, qemu, grub)', () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-health-'));
  let images: SystemImages;
  let server: Server;
  let url: string;

  before(async function () {
    const lacking = missing(...BASE_REPOSITORY_NEEDS, ...SYSTEM_DISK_NEEDS, 'bwrap', 'dracut', 'qemu-system-x86_64');
    if (statSync('/usr/lib/grub/i386-pc', { throwIfNoEntry: false }) === undefined) lacking.push('grub');
    if (process.env['OSTRATA_TEST_BOOT'] !== 'all') lacking.push('--all');
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

  it('a new deployment whose check fails is started as often as GRUB counts, then the one before runs', async function () {
    this.timeout(90 * 60_000);
    const disk = join(work, 'disk.img');
    systemDisk(images, LOADER, disk);
    const machine = Machine.start({ disk, work, loader: LOADER, isOnline: true });
    try {
      await goBack(machine, images, url);
    } finally {
      await machine.kill();
      rmSync(disk, { force: true });
    }
  });
});

async function goBack(machine: Machine, { first, second }: SystemImages, url: string): Promise<void> {
  const run = async (script: string) => {
    const { code, output } = await machine.run(script, BOOT_SECONDS);
    assert.equal(code, 0, `${script}:\n${output}`);
    return output;
  };
  const settled = (unit: string) =>
    run(`for i in $(seq 300); do [ "$(systemctl is-active ${unit})" = active ] && exit 0; sleep 2; done
      systemctl status --no-pager 'ostrata*' boot-complete.target; exit 1`);
  await machine.booted(BOOT_SECONDS);
  await settled('ostrata-boot-good.service');
  await run(`set -e
    ${CHECK}
    ${CONFIG}
    ostrata health-check
    ostrata ostree remote add --no-gpg-verify ${REMOTE} ${url} ${REF}
    ostrata upgrade`);
  await machine.restart('systemctl --no-block reboot', BOOT_SECONDS);
  assert.equal(await run('cat /usr/share/test-version'), '2');
  const counted = 'grep -c boot_counter /boot/loader/grub.cfg; tr -d "#" </boot/grub/grubenv';
  const count = await run(counted);
  assert.match(count, /^[1-9][\s\S]*boot_counter=1/, `the menu counts, and GRUB could write:\n${count}`);
  // It restarts by itself, twice; the second time GRUB starts the other one.
  await machine.booted(BOOT_SECONDS);
  assert.equal(await run('cat /usr/share/test-version'), '2');
  await machine.booted(BOOT_SECONDS);
  assert.equal(await run('cat /usr/share/test-version'), '1');
  await settled('ostrata-boot-good.service');
  const status = JSON.parse(await run('ostrata status --json')) as {
    deployments: { checksum: string; booted: boolean; health: { state: string } }[];
    'rolled-back-from': string;
  };
  assert.deepEqual(
    status.deployments.map(({ checksum, booted, health }) => [checksum, booted, health.state]),
    [
      [first, true, 'good'],
      [second, false, 'failed'],
    ],
  );
  assert.equal(status['rolled-back-from'], `test-${second}.0`);
  assert.match(await run('ostrata upgrade 2>&1'), /No upgrade available/);
  assert.equal(await run('grep -c start /var/lib/test-starts'), '4');
}
