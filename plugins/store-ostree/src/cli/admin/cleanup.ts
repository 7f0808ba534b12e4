import { completeActivation } from '../../sysroot/activation.ts';
import { sysrootSettings } from '../../sysroot/settings.ts';
import { adminVerb } from './admin-verb.ts';
import { menuWriter } from './boot-loader.ts';
import { clean } from './write.ts';

export const cleanup = adminVerb({
  usage: '',
  writes: true,
  async run(call) {
    await completeActivation(call.sysroot, async () => menuWriter(call.terminal, sysrootSettings(call.sysroot)));
    clean(call, call.sysroot);
  },
});
