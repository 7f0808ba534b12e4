import type { Checksum } from '../../codec/checksum.ts';
import { dumpObject } from '../dump.ts';
import { usageError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { Verb } from '../verb.ts';

export const log: Verb = {
  usage: 'REV',
  options: [{ name: 'raw', kind: 'flag', summary: 'Show raw variant data' }],
  run(call) {
    const { args, options, terminal } = call;
    const rev = args[0];
    if (rev === undefined) throw usageError(call, 'A rev argument is required');
    const repo = openRepository(call.repo);
    const first = resolve(repo, rev);
    for (let id: Checksum | undefined = first; id !== undefined; id = repo.readCommit(id).parent) {
      if (id !== first && repo.find(id, 'commit') === undefined) {
        terminal.out('<< History beyond this commit not fetched >>\n');
        return;
      }
      const bytes = repo.readMetadata(id, 'commit');
      terminal.out(dumpObject('commit', id, bytes, { raw: options.flag('raw'), unswapped: false }));
    }
  },
};
