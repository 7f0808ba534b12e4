import { findRemote, listRemotes, type Remote } from '../../remote/index.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import type { Verb } from '../verb.ts';

export const remoteList: Verb = {
  usage: '',
  options: [{ name: 'show-urls', char: 'u', kind: 'flag', summary: 'Show remote URLs in list' }],
  run({ repo, options, terminal }) {
    const remotes = listRemotes(openRepository(repo));
    const width = Math.max(0, ...remotes.map(({ name }) => name.length));
    for (const remote of remotes) {
      const line = options.flag('show-urls') ? `${remote.name.padEnd(width)}  ${urlOf(remote)}` : remote.name;
      terminal.out(`${line}\n`);
    }
  },
};

export const showUrl: Verb = {
  usage: 'NAME',
  options: [],
  run(call) {
    const name = call.args[0];
    if (name === undefined) throw usageError(call, 'NAME must be specified');
    call.terminal.out(`${urlOf(findRemote(openRepository(call.repo), name))}\n`);
  },
};

/** libostree shows no other URLs here than this option, so none of metalinks. */
function urlOf({ name, options }: Remote): string {
  const url = options.get('url');
  if (url === undefined) throw new VerbError(`No "url" option in remote "${name}"`);
  return url;
}
