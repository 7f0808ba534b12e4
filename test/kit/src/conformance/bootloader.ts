import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bootloader, BootMenu, BootMenuEntry } from '@ostrata/contract';
import type { TestContext } from '../context.ts';
import { type Case, casesOf } from './case.ts';

export interface BootloaderFixture extends AsyncDisposable {
  readonly bootloader: Bootloader;
  /** A directory that has what the loader is recognised by, and `/boot`. */
  readonly sysroot: string;
  /** A directory without any boot loader. */
  readonly other: string;
  readonly context: TestContext;
}

/** Entries of deployments, the default first; words that loaders may stumble over among their arguments. */
export function sampleEntries(...commits: readonly string[]): BootMenuEntry[] {
  return commits.map((commit, index) => ({
    title: `Sample "OS" ${commit} (ostree:${index})`,
    version: String(commits.length - index),
    linux: `/ostree/os-${commit}/vmlinuz-6.1`,
    initrds: [`/ostree/os-${commit}/initramfs-6.1.img`],
    options: `root=UUID=1-2 quiet dyndbg="file a.c +p" ostree=/ostree/boot.1/os/${commit}/0`,
    deviceTree: null,
    deviceTreeDirectory: null,
    tries: null,
    extra: {},
  }));
}

/** What boot loaders must do. */
export function bootloaderConformance(make: () => Promise<BootloaderFixture>): Case[] {
  /** A menu in `loader.N`, as a deployer prepares it. */
  const menu = ({ sysroot }: BootloaderFixture, half: 0 | 1, entries: readonly BootMenuEntry[]): BootMenu => {
    const directory = join(sysroot, `boot/loader.${half}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, 'entries'), { recursive: true });
    // A deployer has put kernels into /boot before it asks for a menu.
    for (const { linux, initrds } of entries) {
      for (const path of [linux, ...initrds]) {
        mkdirSync(join(sysroot, 'boot', dirname(path)), { recursive: true });
        writeFileSync(join(sysroot, 'boot', path), path);
      }
    }
    return { sysroot, directory, entries };
  };
  /** The swap: the link to the menu in one rename. */
  const swap = async ({ bootloader, sysroot, context }: BootloaderFixture, next: BootMenu) => {
    const link = join(sysroot, 'boot/loader.tmp');
    symlinkSync(next.directory.slice(next.directory.lastIndexOf('/') + 1), link);
    renameSync(link, join(sysroot, 'boot/loader'));
    await bootloader.activate?.(next, context.ctx);
  };
  const optionsOf = (entries: readonly BootMenuEntry[]) => entries.map(({ options }) => options);

  return casesOf(make, {
    'recognises its systems, and no others': async ({ bootloader, sysroot, other, context }) => {
      const certainty = await bootloader.probe(sysroot, context.ctx);
      assert.ok(certainty > 0 && certainty <= 100, String(certainty));
      assert.equal(await bootloader.probe(other, context.ctx), 0);
    },

    'starts what a menu says once it is swapped in, in its order': async (fixture) => {
      const entries = sampleEntries('b', 'a');
      const first = menu(fixture, 1, entries);
      await fixture.bootloader.write(first, fixture.context.ctx);
      await swap(fixture, first);
      assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), optionsOf(entries));
    },

    'changes nothing before the swap': async (fixture) => {
      const [old, next] = [sampleEntries('a'), sampleEntries('b', 'a')];
      const first = menu(fixture, 1, old);
      await fixture.bootloader.write(first, fixture.context.ctx);
      await swap(fixture, first);
      const second = menu(fixture, 0, next);
      await fixture.bootloader.write(second, fixture.context.ctx);
      assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), optionsOf(old));
      await swap(fixture, second);
      assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), optionsOf(next));
    },

    'may be asked again after a crash': async (fixture) => {
      const entries = sampleEntries('b', 'a');
      for (let time = 0; time < 2; time++)
        await fixture.bootloader.write(menu(fixture, 1, entries), fixture.context.ctx);
      const last = menu(fixture, 1, entries);
      await fixture.bootloader.write(last, fixture.context.ctx);
      await swap(fixture, last);
      assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), optionsOf(entries));
    },

    'has nothing to do when it is asked again after the swap': async (fixture) => {
      const [old, next] = [sampleEntries('a'), sampleEntries('b', 'a')];
      for (const [half, entries] of [
        [1, old],
        [0, next],
      ] as const) {
        const wanted = menu(fixture, half, entries);
        await fixture.bootloader.write(wanted, fixture.context.ctx);
        await swap(fixture, wanted);
        await fixture.bootloader.activate?.(wanted, fixture.context.ctx);
        assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), optionsOf(entries));
      }
    },

    'is still recognised when it has written': async (fixture) => {
      const first = menu(fixture, 1, sampleEntries('a'));
      await fixture.bootloader.write(first, fixture.context.ctx);
      await swap(fixture, first);
      assert.ok((await fixture.bootloader.probe(fixture.sysroot, fixture.context.ctx)) > 0);
    },
  });
}
