import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BASE_REPOSITORY_NEEDS } from '../support/base-repository.ts';
import { OSTRATA_OSTREE } from '../support/cli.ts';
import { missing, tool } from '../support/tools.ts';
import { serve } from './http-repository.ts';
import { Machine } from './machine.ts';
import { type Loader, SYSTEM_DISK_NEEDS, withRoot } from './system-disk.ts';
import { REF, REMOTE, type SystemImages, systemDisk, systemImages } from './system-image.ts';
import { type LoggedWrite, loggedDrive, ReplayedDisk, readWriteLog } from './write-log.ts';

const CUTS = Number(process.env['OSTRATA_TEST_CUTS'] ?? 0);
const SEED = Number(process.env['OSTRATA_TEST_SEED'] ?? Date.now() % 1_000_000);
/** The firmware's partition is written with systemd-boot only: GRUB reads its menu from the root file system, whatever started it. */
const LOADERS: readonly Loader[] =
  process.env['OSTRATA_TEST_BOOT'] === 'all' ? ['grub-bios', 'systemd-boot'] : ['grub-bios'];
const BOOT_SECONDS = 600;
const CUT_MILLISECONDS = 20 * 60_000;
const SECTOR = 512;

/** One upgrade is done with every write logged; what the disk had at a moment of it, with or without what was not flushed, has to boot. */
for (const loader of LOADERS) {
  describe(`power cuts during an upgrade by ${loader}, seed ${SEED} (needs --cuts N, root, qemu, grub)`, () => {
    const work = mkdtempSync(join(tmpdir(), 'ostrata-cuts-'));
    const [disk, log, cutDisk] = ['disk.img', 'writes.log', 'cut.img'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ];
    const random = randomFrom(SEED);
    const booted: string[] = [];
    let images: SystemImages;
    let server: Server | undefined;
    let replayed: ReplayedDisk;
    let phases: readonly number[];
    /** How many entries of the log are before each cut, in order. */
    let moments: readonly number[];

    before(async function () {
      const lacking = missing(...BASE_REPOSITORY_NEEDS, ...SYSTEM_DISK_NEEDS, 'bwrap', 'dracut', 'qemu-system-x86_64');
      if (CUTS === 0) lacking.push('--cuts N');
      if (!existsSync('/dev/loop-control')) lacking.push('loop devices');
      if (lacking.length > 0) {
        this.test!.parent!.title += `: no ${lacking.join(', ')}`;
        this.skip();
      }
      this.timeout(60 * 60_000);
      images = systemImages();
      let url: string;
      ({ server, url } = await serve(images.repo));
      systemDisk(images, loader, disk);
      phases = await upgradeWithLog(url);
      const entries = readWriteLog(log);
      moments = momentsOf(phases);
      systemDisk(images, loader, cutDisk);
      replayed = new ReplayedDisk(cutDisk, log, entries);
      provesLog(entries);
    });
    after(() => {
      if (booted.length > 0) {
        const [old, next] = ['1', '2'].map((version) => booted.filter((other) => other === version).length);
        process.stdout.write(
          `${loader}, entries of the log at the start, when staged, shut down, started: ${phases.join(', ')}\n` +
            `${loader}, cuts: ${booted.length} booted, ${old} the old version and ${next} the new one\n`,
        );
      }
      replayed?.close();
      server?.close();
      rmSync(work, { recursive: true, force: true });
    });

    for (let cut = 0; cut < CUTS; cut++) {
      const dropsUnsynced = cut % 2 === 1;
      it(`cut ${cut + 1}, ${dropsUnsynced ? 'without what was not flushed' : 'the disk as it is'}: the old or the new version boots`, async function () {
        this.timeout(CUT_MILLISECONDS);
        const restore = replayed.cut(moments[cut]!, dropsUnsynced ? someSectors : ({ length }) => length);
        tool(['cp', '--sparse=always', cutDisk, disk]);
        restore();
        const machine = Machine.start({ disk, work, loader });
        try {
          await machine.booted(BOOT_SECONDS);
          const { code, output } = await machine.run(CHECK, BOOT_SECONDS);
          assert.equal(code, 0, output);
          const [version, ...kept] = output.split('\n');
          assert.match(version!, /^[12]$/);
          assert.deepEqual(kept.slice(0, 2), ['mine', 'kept']);
          await machine.kill();
          checkObjects();
          booted.push(version!);
        } catch (error) {
          throw new Error(`cut after ${moments[cut]} of ${phases.join(', ')} entries: ${(error as Error).message}`);
        } finally {
          await machine.kill();
        }
      });
    }

    /** How many entries the log had before the upgrade, when it was staged, when the machine had shut down, and when the new version was up. */
    async function upgradeWithLog(url: string): Promise<number[]> {
      const machine = Machine.start({ disk, work, loader, isOnline: true, drive: loggedDrive(disk, log) });
      const run = async (script: string) => {
        const { code, output } = await machine.run(script, BOOT_SECONDS);
        assert.equal(code, 0, `${script}:\n${output}`);
        return output;
      };
      const entries = () => readWriteLog(log).length;
      try {
        await machine.booted(BOOT_SECONDS);
        await run(`set -e
          echo mine >/etc/test-edited.conf; echo kept >/var/lib/test-kept
          ostrata ostree remote add --no-gpg-verify ${REMOTE} ${url} ${REF}
          sync`);
        const begin = entries();
        await run('ostrata upgrade');
        const staged = entries();
        await machine.shutDown(BOOT_SECONDS);
        const down = entries();
        await machine.booted(BOOT_SECONDS);
        assert.equal(await run('sync; cat /usr/share/test-version'), '2');
        return [begin, staged, down, entries()];
      } finally {
        await machine.kill();
      }
    }

    /** As many in each part of the upgrade: what the shutdown writes is little. */
    function momentsOf([begin, ...ends]: readonly number[]): number[] {
      return Array.from({ length: CUTS }, (_, cut) => {
        const phase = cut % ends.length;
        const from = phase === 0 ? begin! : ends[phase - 1]!;
        return from + Math.floor(random() * (ends[phase]! - from + 1));
      }).sort((a, b) => a - b);
    }

    /** A write since the last flush is there, or not, or up to a sector. */
    function someSectors({ length }: LoggedWrite): number {
      const chance = random();
      if (chance < 0.4) return 0;
      return chance < 0.8 ? length : SECTOR * Math.floor(random() * (length / SECTOR));
    }

    /** Every object of the repository is what its name says, so that the next upgrade may build on it. */
    function checkObjects(): void {
      withRoot(disk, (root) =>
        tool([process.execPath, OSTRATA_OSTREE, `--repo=${root}/ostree/repo`, 'fsck', '--quiet']),
      );
    }

    /** All of the log makes of the first disk what the machine left. */
    function provesLog(entries: readonly LoggedWrite[]): void {
      const [all, whole] = [join(work, 'all.img'), ({ length }: LoggedWrite) => length];
      systemDisk(images, loader, all);
      const replay = new ReplayedDisk(all, log, entries);
      replay.cut(entries.length, whole);
      replay.close();
      tool(['cmp', all, disk]);
      rmSync(all);
    }
  });
}

/** What booted, what the administrator had done, and that what is left over can be removed. */
const CHECK = `set -e
  cat /usr/share/test-version /etc/test-edited.conf /var/lib/test-kept
  ostrata ostree admin cleanup`;

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
