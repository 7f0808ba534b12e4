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
    host.hooks['deploy.staged'].tapPromise(async (deployment) => {
      if (deployment.bootloader !== 'systemd-boot') return;
      (await import('./check-room.ts')).checkRoom(deployment, host.config);
    });
    host.provide(BOOTLOADER, 'systemd-boot', async () => (await import('./systemd-boot.ts')).systemdBoot(host.config));
  },
});
