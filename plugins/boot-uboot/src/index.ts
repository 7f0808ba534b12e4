import { BOOTLOADER, definePlugin } from '@ostrata/contract';

/** Boot variables of U-Boot. */
export default definePlugin({
  name: 'boot-uboot',
  apiVersion: '^0.1.0',
  apply(host) {
    host.provide(BOOTLOADER, 'uboot', async () => (await import('./uboot.ts')).uboot);
  },
});
