import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pluginConformance, testContext } from '@ostrata/testkit';
import plugin from '../../../plugins/boot-good/src/index.ts';
import { markGood } from '../../../plugins/boot-good/src/mark-good.ts';
import { systemdBoot } from '../../../plugins/boot-systemd-boot/src/systemd-boot.ts';
import { CONFIG, entryOf, installLoader } from '../boot-systemd-boot/support.ts';

describe('boot-good as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

describe('boot-good', () => {
  let sysroot: string;
  beforeEach(() => {
    sysroot = mkdtempSync(join(tmpdir(), 'ostrata-good-'));
  });
  afterEach(() => rmSync(sysroot, { recursive: true }));

  it('ends the count of what runs, and of nothing else', async () => {
    installLoader(join(sysroot, 'efi'));
    const loader = systemdBoot(CONFIG);
    const entries = ['a', 'b'].map((letter) => ({ ...entryOf(letter, 0), tries: { left: 3, failed: 0 } }));
    for (const { linux, initrds } of entries) {
      for (const path of [linux, ...initrds].map((name) => join(sysroot, 'boot', name))) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, '');
      }
    }
    const { ctx } = testContext({ 'bootloader:systemd-boot': loader, 'bootloader:none': { probe: async () => 100 } });
    const menu = { sysroot, directory: join(sysroot, 'boot/loader.0'), entries };
    await loader.write(menu, ctx);
    await loader.activate!(menu, ctx);
    const names = () => readdirSync(join(sysroot, 'efi/loader/entries')).sort();
    assert.deepEqual(names(), ['ostree-1-1+3.conf', 'ostree-1-2+3.conf']);

    const cmdline = join(sysroot, 'cmdline');
    writeFileSync(cmdline, `initrd=\\x ${entries[0]!.options}\n`);
    const input = { args: {}, flags: { sysroot, cmdline } };
    assert.deepEqual((await markGood(input, ctx)).data, { bootloaders: ['systemd-boot'] });
    assert.deepEqual(names(), ['ostree-1-1+3.conf', 'ostree-1-2.conf']);
    await markGood(input, ctx);
    assert.deepEqual(names(), ['ostree-1-1+3.conf', 'ostree-1-2.conf']);
    assert.ok(existsSync(cmdline) && readFileSync(join(sysroot, 'efi/loader/random-seed'), 'utf8') === 'seed');
  });

  it('has nobody to tell where nobody counts', async () => {
    writeFileSync(join(sysroot, 'cmdline'), 'quiet');
    const result = await markGood(
      { args: {}, flags: { sysroot, cmdline: join(sysroot, 'cmdline') } },
      testContext({ 'bootloader:systemd-boot': systemdBoot(CONFIG) }).ctx,
    );
    assert.deepEqual(result.data, { bootloaders: [] });
  });
});
