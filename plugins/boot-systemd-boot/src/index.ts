import { BOOTLOADER, definePlugin } from '@ostrata/contract';
import { CONFIG_SCHEMA, type SystemdBootConfig } from './config.schema.ts';
import { errors } from './errors.ts';

/** Boot menus of systemd-boot: entries and kernels on a FAT partition. */
export default definePlugin<SystemdBootConfig>({
  name: 'boot-systemd-boot',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors,
  apply(host) {
    host.provide(BOOTLOADER, 'systemd-boot', async () => (await import('./systemd-boot.ts')).systemdBoot(host.config));
  },
});
