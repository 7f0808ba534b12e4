import { cleanUp } from '../../sysroot/cleanup.ts';
import { adminVerb } from './admin-verb.ts';

export const cleanup = adminVerb({
  usage: '',
  writes: true,
  run: ({ sysroot }) => cleanUp(sysroot, { prune: true }),
});
