import { pluginConformance } from '@ostrata/testkit';
import plugin from '../../../plugins/layout-ostree/src/index.ts';

describe('layout-ostree as a plugin', () => {
  for (const { name, run } of pluginConformance(plugin)) it(name, run);
});
