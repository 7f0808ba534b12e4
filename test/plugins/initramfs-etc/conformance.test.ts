import { pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/initramfs-etc/src/index.ts';

describe('initramfs-etc as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
