import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BootloaderFixture,
  bootloaderConformance,
  pluginConformance,
  sampleEntries,
  testContext,
} from '@ostrata/testkit';
import { extlinux } from './extlinux.ts';
import plugin from './index.ts';
import { menuText } from './menu.ts';

/** A system on which EXTLINUX was installed. */
async function fixture(): Promise<BootloaderFixture> {
  const place = mkdtempSync(join(tmpdir(), 'extlinux-'));
  const [sysroot, other] = [join(place, 'sysroot'), join(place, 'other')];
  mkdirSync(join(sysroot, 'boot/extlinux'), { recursive: true });
  mkdirSync(join(other, 'boot'), { recursive: true });
  writeFileSync(join(sysroot, 'boot/extlinux/ldlinux.sys'), '');
  return {
    bootloader: extlinux({ timeout: 30 }),
    sysroot,
    other,
    context: testContext(),
    [Symbol.asyncDispose]: async () => rmSync(place, { recursive: true }),
  };
}

describe('boot-extlinux', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
  for (const { name, run } of bootloaderConformance(fixture)) it(name, run);

  it('writes labels with kernel, initial ram disks, device trees and arguments', () => {
    const [entry] = sampleEntries('a');
    const text = menuText(
      [
        {
          ...entry!,
          initrds: ['/ostree/i', '/ostree/overlay'],
          deviceTree: '/ostree/d',
          deviceTreeDirectory: '/ostree/dtb',
        },
      ],
      0,
    );
    assert.match(text, /^DEFAULT ostree-0\nTIMEOUT 0$/m);
    assert.ok(
      text.endsWith(
        [
          'LABEL ostree-0',
          '  MENU LABEL Sample "OS" a (ostree:0)',
          '  LINUX /boot/ostree/os-a/vmlinuz-6.1',
          '  INITRD /boot/ostree/i,/boot/ostree/overlay',
          '  FDT /boot/ostree/d',
          '  FDTDIR /boot/ostree/dtb',
          `  APPEND ${entry!.options}\n`,
        ].join('\n'),
      ),
      text,
    );
  });

  it('refuses what would be another line of the configuration', () => {
    const [entry] = sampleEntries('a');
    assert.throws(() => menuText([{ ...entry!, options: 'quiet\n  LINUX /evil' }], 0), { code: 'EXTLINUX_TEXT' });
  });

  it('completes a menu of which a crash left a draft, or none', async () => {
    await using system = await fixture();
    const { sysroot, bootloader, context } = system;
    const menu = { sysroot, directory: join(sysroot, 'boot/loader.1'), entries: sampleEntries('b', 'a') };
    const folder = join(sysroot, 'boot/extlinux');
    for (const draft of [null, 'LABEL half']) {
      rmSync(join(folder, 'extlinux.conf'), { force: true });
      if (draft !== null) writeFileSync(join(folder, 'extlinux.conf.new'), draft);
      await bootloader.activate!(menu, context.ctx);
      assert.equal(readFileSync(join(folder, 'extlinux.conf'), 'utf8'), menuText(menu.entries, 30));
      assert.deepEqual(readdirSync(folder).sort(), ['extlinux.conf', 'ldlinux.sys']);
    }
  });
});
