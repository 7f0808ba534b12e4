import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootloaderConformance, pluginConformance, sampleEntries } from '@ostrata/testkit';
import plugin from '../../../plugins/boot-uboot/src/index.ts';
import { uboot } from '../../../plugins/boot-uboot/src/uboot.ts';
import { bootFixture } from '../../support/boot-loader.ts';

const install = (root: string) => {
  mkdirSync(join(root, 'boot/loader.0'));
  writeFileSync(join(root, 'boot/loader.0/uEnv.txt'), '');
  symlinkSync('loader.0', join(root, 'boot/loader'));
};

describe('boot-uboot as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});

describe('boot-uboot', () => {
  for (const { name, run } of bootloaderConformance(() => bootFixture(uboot, install))) it(name, run);

  it('adds what the image of the default wants set', async () => {
    await using fixture = await bootFixture(uboot, install);
    const { sysroot, bootloader, context } = fixture;
    const image = join(sysroot, 'ostree/boot.1/os/a/0/usr/lib/ostree-boot');
    mkdirSync(image, { recursive: true });
    writeFileSync(join(image, 'uEnv.txt'), 'console=ttyAMA0\n');
    const directory = join(sysroot, 'boot/loader.1');
    mkdirSync(directory);
    await bootloader.write({ sysroot, directory, entries: sampleEntries('a') }, context.ctx);
    assert.match(readFileSync(join(directory, 'uEnv.txt'), 'utf8'), /^bootargs=.*\nconsole=ttyAMA0\n$/m);
  });
});
