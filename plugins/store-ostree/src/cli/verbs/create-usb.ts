import { statSync } from 'node:fs';
import { isChecksum } from '../../codec/checksum.ts';
import { createVolume } from '../../finders/index.ts';
import { parseCollectionRefs } from '../collection-refs.ts';
import { usageError, VerbError } from '../error.ts';
import { localContext } from '../local-context.ts';
import { openRepository } from '../open.ts';
import type { Verb } from '../verb.ts';

export const createUsb: Verb = {
  usage: 'MOUNT-PATH COLLECTION-ID REF [COLLECTION-ID REF...]',
  options: [
    { name: 'disable-fsync', kind: 'flag', summary: 'Do not invoke fsync()' },
    {
      name: 'destination-repo',
      kind: 'text',
      summary: 'Use custom repository directory within the mount',
      value: 'DEST',
    },
    {
      name: 'commit',
      kind: 'text',
      summary: 'Pull a specific commit (only works when a single ref is specified)',
      value: 'COMMIT',
    },
  ],
  async run(call) {
    const { options } = call;
    const [mount, ...words] = call.args;
    const repo = openRepository(call.repo);
    if (mount === undefined) throw usageError(call, 'A MOUNT-PATH must be specified');
    if (words.length < 2) throw usageError(call, 'At least one COLLECTION-ID REF pair must be specified');
    if (words.length % 2 === 1) throw usageError(call, 'Only complete COLLECTION-ID REF pairs may be specified');
    const commit = options.text('commit');
    if (commit !== undefined && words.length > 2) {
      throw usageError(call, 'The --commit option can only be used when a single COLLECTION-ID REF pair is specified');
    }
    if (!statSync(mount, { throwIfNoEntry: false })?.isDirectory()) {
      const problem = statSync(mount, { throwIfNoEntry: false }) ? 'Not a directory' : 'No such file or directory';
      throw new VerbError(`opendir(${mount}): ${problem}`);
    }
    const refs = parseCollectionRefs(words);
    if (commit !== undefined && !isChecksum(commit)) throw new VerbError(`Invalid rev ${commit}`);
    const destination = options.text('destination-repo') ?? '.ostree/repo';
    const settings = {
      destination,
      ...(commit === undefined ? {} : { commit }),
      ...(options.flag('disable-fsync') ? { fsync: false } : {}),
    };
    const outcome = await createVolume(repo, mount, refs, settings, localContext());
    if (outcome === 'outside') throw usageError(call, '--destination-repo must be a descendent of MOUNT-PATH');
    if (outcome === 'source') throw usageError(call, '--destination-repo must not be the source repository');
    call.terminal.out(
      `Copied ${refs.length}/${refs.length} refs successfully from ‘${repo.path}’ to ‘${destination}’ repository in ‘${mount}’.\n`,
    );
  },
};
