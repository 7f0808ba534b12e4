import { adminVerb } from './admin-verb.ts';
import { clean } from './write.ts';

export const cleanup = adminVerb({
  usage: '',
  writes: true,
  run: (call) => clean(call, call.sysroot),
});
