import { completeActivation, takeOver } from '../../sysroot/activation.ts';
import { sysrootSettings } from '../../sysroot/settings.ts';
import { adminVerb } from './admin-verb.ts';
import { menuWriter } from './boot-loader.ts';
import { clean } from './write.ts';

export const cleanup = adminVerb({
  usage: '',
  writes: true,
  async run(call) {
    const writer = menuWriter(call.terminal, sysrootSettings(call.sysroot));
    await completeActivation(call.sysroot, async () => writer);
    // Also where the loader's files were lost, or it is there for the first time.
    if (writer !== null) await takeOver(call.sysroot, writer);
    clean(call, call.sysroot);
  },
});
