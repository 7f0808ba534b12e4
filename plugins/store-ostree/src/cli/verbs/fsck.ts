import { Fsck } from '../fsck-run.ts';
import { openRepository } from '../open.ts';
import type { Verb } from '../verb.ts';

export const fsck: Verb = {
  usage: '',
  options: [
    { name: 'add-tombstones', kind: 'flag', summary: 'Add tombstones for missing commits' },
    { name: 'quiet', char: 'q', kind: 'flag', summary: 'Only print error messages' },
    { name: 'all', char: 'a', kind: 'flag', summary: "Don't stop on first error" },
    { name: 'delete', kind: 'flag', summary: 'Remove corrupted objects' },
    { name: 'verify-bindings', kind: 'flag', summary: 'Verify ref bindings' },
    { name: 'verify-back-refs', kind: 'flag', summary: 'Verify back-references (implies --verify-bindings)' },
  ],
  async run({ repo, options, terminal }) {
    const backRefs = options.flag('verify-back-refs');
    await new Fsck(openRepository(repo), terminal, {
      tombstones: options.flag('add-tombstones'),
      quiet: options.flag('quiet'),
      all: options.flag('all'),
      delete: options.flag('delete'),
      bindings: backRefs || options.flag('verify-bindings'),
      backRefs,
    }).run();
  },
};
