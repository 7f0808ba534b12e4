import { BOOTLOADER, definePlugin } from '@ostrata/contract';
import { errors } from './errors.ts';

/** Boot menus of SYSLINUX. */
export default definePlugin({
  name: 'boot-syslinux',
  apiVersion: '^0.1.0',
  errors,
  apply(host) {
    host.provide(BOOTLOADER, 'syslinux', async () => (await import('./syslinux.ts')).syslinux);
  },
});
