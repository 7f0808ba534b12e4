import { BOOTLOADER, definePlugin } from '@ostrata/contract';
import { CONFIG_SCHEMA, type GrubConfig } from './config.schema.ts';
import { errors } from './errors.ts';

/** Boot menus of GRUB, with BIOS and EFI. */
export default definePlugin<GrubConfig>({
  name: 'boot-grub',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors,
  apply(host) {
    host.provide(BOOTLOADER, 'grub', async () => (await import('./grub.ts')).grub(host.config));
  },
});
