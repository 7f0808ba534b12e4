import { deleteRemote } from '../../remote/index.ts';
import { usageError } from '../error.ts';
import { openRepository } from '../open.ts';
import { remotePlace, SYSROOT_OPTION } from '../remote-place.ts';
import type { Verb } from '../verb.ts';

export const remoteDelete: Verb = {
  usage: 'NAME',
  options: [
    { name: 'if-exists', kind: 'flag', summary: 'Do nothing if the provided remote does not exist' },
    SYSROOT_OPTION,
  ],
  run(call) {
    const name = call.args[0];
    if (name === undefined) throw usageError(call, 'NAME must be specified');
    const ifExists = call.options.flag('if-exists');
    const place = remotePlace(call.options);
    deleteRemote(openRepository(call.repo), name, { ...place, ifExists });
  },
};
