import { COMMIT_OPTIONS } from '../commit-options.ts';
import { CommitRun } from '../commit-run.ts';
import { openRepository } from '../open.ts';
import { parseFlagValue } from '../options.ts';
import type { Verb } from '../verb.ts';

export const commit: Verb = {
  usage: '[PATH]',
  options: COMMIT_OPTIONS,
  async run(call) {
    const { options, terminal } = call;
    const fsync = options.text('fsync');
    const durable = !options.flag('disable-fsync') && (fsync === undefined || parseFlagValue('fsync', fsync));
    const perObjectFsync = options.flag('per-object-fsync');
    const bootId = terminal.environment['OSTREE_BOOTID'];
    await new CommitRun(openRepository(call.repo, { fsync: durable, perObjectFsync, bootId }), call).run();
  },
};
