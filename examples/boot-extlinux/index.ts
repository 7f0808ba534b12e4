import { BOOTLOADER, definePlugin } from '@ostrata/contract';
import { type ExtlinuxConfig, extlinux } from './extlinux.ts';

/** Boot menus of EXTLINUX, and of U-Boot where it reads `extlinux.conf`. */
export default definePlugin<ExtlinuxConfig>({
  name: 'boot-extlinux',
  apiVersion: '^0.1.0',
  config: {
    type: 'object',
    additionalProperties: false,
    properties: {
      timeout: {
        type: 'integer',
        minimum: 0,
        default: 30,
        description: 'Tenths of a second for which the menu is shown; 0 waits for a key.',
      },
    },
  },
  errors: { EXTLINUX_TEXT: 'Something of a boot entry has no place in a line of extlinux.conf.' },
  apply(host) {
    host.provide(BOOTLOADER, 'extlinux', () => extlinux(host.config));
  },
});
