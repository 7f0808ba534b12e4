import { BOOTLOADER, definePlugin } from '@ostrata/contract';

/** For systems whose boot loader reads the entries by itself. */
export default definePlugin({
  name: 'boot-none',
  apiVersion: '^0.1.0',
  apply(host) {
    host.provide(BOOTLOADER, 'none', async () => (await import('./entries-only.ts')).entriesOnly);
  },
});
