import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootloaderConformance, pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/boot-systemd-boot/src/index.ts';
import { systemdBoot } from '../../../plugins/boot-systemd-boot/src/systemd-boot.ts';
import { bootFixture } from '../../support/boot-loader.ts';
import { CONFIG, installLoader } from './support.ts';

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
