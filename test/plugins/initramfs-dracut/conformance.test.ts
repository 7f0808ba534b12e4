import { pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/initramfs-dracut/src/index.ts';

describe('initramfs-dracut as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
