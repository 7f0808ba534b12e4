import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BootMenuEntry } from '@ostrata/contract';
import { bootloaderConformance, pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/boot-systemd-boot/src/index.ts';
import { systemdBoot } from '../../../plugins/boot-systemd-boot/src/systemd-boot.ts';
import { bootFixture } from '../../support/boot-loader.ts';
import { missing, tool } from '../../support/tools.ts';
import { CONFIG, entryOf, installLoader } from './support.ts';

describe('boot-systemd-boot as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

for (const esp of ['efi', 'boot/efi']) {
  describe(`boot-systemd-boot with its partition at /${esp}`, () => {
    const install = (root: string) => installLoader(join(root, esp));
    for (const { name, run } of bootloaderConformance(() => bootFixture(systemdBoot(CONFIG), install))) it(name, run);
  });
}

describe('boot-systemd-boot with another partition for kernels', () => {
  const install = (root: string) => {
    installLoader(join(root, 'efi'));
    mkdirSync(join(root, 'xbootldr'));
  };
  const make = () => bootFixture(systemdBoot({ ...CONFIG, boot: '/xbootldr' }), install);
  for (const { name, run } of bootloaderConformance(make)) it(name, run);
});

describe('boot-systemd-boot as the fallback of the firmware', () => {
  const install = (root: string) => {
    mkdirSync(join(root, 'efi/EFI/BOOT'), { recursive: true });
    writeFileSync(join(root, 'efi/EFI/BOOT/BOOTX64.EFI'), 'MZ #### LoaderInfo: systemd-boot 252 ####');
  };
  for (const { name, run } of bootloaderConformance(() => bootFixture(systemdBoot(CONFIG), install))) it(name, run);
});

describe('boot-systemd-boot', () => {
  const scene = async (entries: readonly BootMenuEntry[], size = 10) => {
    const fixture = await bootFixture(systemdBoot(CONFIG), (root) => installLoader(join(root, 'efi')));
    const { sysroot, bootloader, context } = fixture;
    for (const { linux, initrds } of entries) {
      for (const path of [linux, ...initrds].map((name) => join(sysroot, 'boot', name))) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, Buffer.alloc(size));
      }
    }
    const deploy = async (menu: readonly BootMenuEntry[]) => {
      const wanted = { sysroot, directory: join(sysroot, 'boot/loader.0'), entries: menu };
      await bootloader.write(wanted, context.ctx);
      await bootloader.activate!(wanted, context.ctx);
    };
    const esp = join(sysroot, 'efi');
    const names = () => readdirSync(join(esp, 'loader/entries')).sort();
    return { fixture, deploy, esp, names };
  };

  it('keeps the counts that systemd-boot made, and begins those of new deployments', async () => {
    const [a, b] = [entryOf('a', 0), entryOf('b', 0)];
    const counted = { left: 3, failed: 0 };
    const { fixture, deploy, esp, names } = await scene([a, b]);
    await using _fixture = fixture;
    await deploy([{ ...a, tries: counted }]);
    assert.deepEqual(names(), ['ostree-1-1+3.conf']);
    const entries = join(esp, 'loader/entries');
    renameSync(join(entries, 'ostree-1-1+3.conf'), join(entries, 'ostree-1-1+2-1.conf'));
    await deploy([
      { ...b, tries: counted },
      { ...a, tries: counted },
    ]);
    assert.deepEqual(names(), ['ostree-2-1+2-1.conf', 'ostree-2-2+3.conf']);
    renameSync(join(entries, 'ostree-2-2+3.conf'), join(entries, 'ostree-2-2+0-3.conf'));
    assert.deepEqual(await fixture.bootloader.current(fixture.sysroot), [a.options, b.options], 'spent ones last');
  });

  it('leaves what is not ours, and tells when it is the default', async () => {
    const [a, b] = [entryOf('a', 0), entryOf('b', 0)];
    const { fixture, deploy, esp, names } = await scene([a, b]);
    await using _fixture = fixture;
    const shared = `/ostree/os-${'b'.repeat(64)}/vmlinuz-6.1`;
    writeFileSync(join(esp, 'loader/entries/other.conf'), `title Other\nlinux ${shared}\n`);
    writeFileSync(join(esp, 'loader/loader.conf'), 'default other*\n');
    await deploy([b]);
    await deploy([a]);
    assert.deepEqual(names(), ['ostree-2-1.conf', 'other.conf']);
    assert.ok(existsSync(join(esp, shared)) && !existsSync(join(esp, b.initrds[0]!)));
    assert.match(JSON.stringify(fixture.context.events), /ESP_DEFAULT/);
    assert.equal(readFileSync(join(esp, 'loader/random-seed'), 'utf8'), 'seed');
  });

  it('makes a damaged kernel whole, and misses one that is not in /boot', async () => {
    const a = entryOf('a', 0);
    const { fixture, deploy, esp } = await scene([a]);
    await using _fixture = fixture;
    await deploy([a]);
    truncateSync(join(esp, a.linux), 1);
    await deploy([{ ...a, title: 'again' }]);
    assert.equal(readFileSync(join(esp, a.linux)).length, 10);
    await assert.rejects(deploy([entryOf('c', 0), a]), { code: 'ESP_SOURCE' });
  });

  it('refuses with numbers what does not fit, before anything is written (needs root)', async function () {
    if (missing('root').length > 0) this.skip();
    const [a, b] = [entryOf('a', 0), entryOf('b', 0)];
    const { fixture, deploy, esp, names } = await scene([a, b], 300_000);
    await using _fixture = fixture;
    tool(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', esp]);
    try {
      installLoader(esp);
      await deploy([a]);
      const before = readdirSync(esp, { recursive: true }).sort();
      await assert.rejects(
        deploy([b, a]),
        (error: Error & { code?: string; data?: { needed: number; available: number } }) => {
          assert.equal(error.code, 'ESP_SPACE');
          assert.match(error.message, /has 0\.4 MiB left, and a new kernel .* needs 0\.6 MiB/);
          return error.data!.needed > error.data!.available;
        },
      );
      assert.deepEqual(readdirSync(esp, { recursive: true }).sort(), before);
      assert.deepEqual(names(), ['ostree-1-1.conf']);
    } finally {
      tool(['umount', esp]);
    }
  });
});
