import { pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/initramfs/src/index.ts';

describe('initramfs as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
