import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS } from '../support/base-repository.ts';
import { missing } from '../support/tools.ts';
import { serve } from './http-repository.ts';
import { Machine } from './machine.ts';
import { SYSTEM_DISK_NEEDS } from './system-disk.ts';
import { REF, REMOTE, type SystemImages, systemDisk, systemImages } from './system-image.ts';
import { type LoggedWrite, loggedDrive, readWriteLog, replay } from './write-log.ts';

const CUTS = Number(process.env['OSTRATA_TEST_CUTS'] ?? 0);
const SEED = Number(process.env['OSTRATA_TEST_SEED'] ?? Date.now() % 1_000_000);
const BOOT_SECONDS = 600;
const CUT_MILLISECONDS = 20 * 60_000;

/** One upgrade is done with every write logged; what the disk had at a moment of it, with or without what was not flushed, has to boot. */
describe(`power cuts during an upgrade, seed ${SEED} (needs --cuts N, root, qemu, grub)`, () => {
  const work = mkdtempSync(join(tmpdir(), 'ostrata-cuts-'));
  const [disk, log, cutDisk] = ['disk.img', 'writes.log', 'cut.img'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  let images: SystemImages;
  let server: Server | undefined;
  let entries: LoggedWrite[];
  /** The first entry that belongs to the upgrade. */
  let begin: number;
  const random = randomFrom(SEED);

  before(async function () {
    const lacking = missing(...BASE_REPOSITORY_NEEDS, ...SYSTEM_DISK_NEEDS, 'bwrap', 'dracut', 'qemu-system-x86_64');
    if (CUTS === 0) lacking.push('--cuts N');
    if (lacking.length > 0) {
      this.test!.parent!.title += `: no ${lacking.join(', ')}`;
      this.skip();
    }
    this.timeout(60 * 60_000);
    images = systemImages();
    const { server: started, url } = await serve(images.repo);
    server = started;
    systemDisk(images, 'grub-bios', disk);
    const machine = Machine.start({ disk, work, loader: 'grub-bios', isOnline: true, drive: loggedDrive(disk, log) });
    try {
      await machine.booted(BOOT_SECONDS);
      await machine.run(`ostrata ostree remote add --no-gpg-verify ${REMOTE} ${url} ${REF}; sync`);
      begin = readWriteLog(log).length;
      const { code, output } = await machine.run('ostrata upgrade', BOOT_SECONDS);
      assert.equal(code, 0, output);
      await machine.reboot(BOOT_SECONDS);
      assert.match((await machine.run('sync; cat /usr/share/test-version')).output, /^2$/);
    } finally {
      await machine.kill();
    }
    entries = readWriteLog(log);
  });
  after(() => {
    server?.close();
    rmSync(work, { recursive: true, force: true });
  });

  for (let cut = 1; cut <= CUTS; cut++) {
    const dropsUnsynced = cut % 2 === 0;
    it(`cut ${cut}, ${dropsUnsynced ? 'without what was not flushed' : 'the disk as it is'}: the old or the new version boots`, async function () {
      this.timeout(CUT_MILLISECONDS);
      const end = begin + Math.floor(random() * (entries.length - begin));
      systemDisk(images, 'grub-bios', cutDisk);
      replay(cutDisk, log, entries, end, dropsUnsynced ? () => random() < 0.5 : null);
      const machine = Machine.start({ disk: cutDisk, work, loader: 'grub-bios' });
      try {
        await machine.booted(BOOT_SECONDS).catch((error: Error) => {
          throw new Error(`after ${end} of ${entries.length} writes: ${error.message}`);
        });
        const { code, output } = await machine.run(
          'cat /usr/share/test-version; ostrata ostree admin cleanup; ostrata status',
        );
        assert.equal(code, 0, `after ${end} of ${entries.length} writes: ${output}`);
        assert.match(output, /^[12]$/m);
      } finally {
        await machine.kill();
      }
    });
  }
});

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
