import { join } from 'node:path';
import { KeyFile } from '../../repo/key-file.ts';
import { isPinned, originPathOf } from '../../sysroot/deployment.ts';
import { writeOriginFile } from '../../sysroot/origin.ts';
import { usageError, VerbError } from '../error.ts';
import { adminVerb, deploymentAt, parseIndex } from './admin-verb.ts';

/** Words of `pin` for deployments by their place relative to the booted one. */
const PLACES = ['booted', 'pending', 'rollback'] as const;

export const pin = adminVerb({
  usage: 'INDEX',
  options: [{ name: 'unpin', char: 'u', kind: 'flag', summary: 'Unset pin' }],
  writes: true,
  run(call) {
    const { args, options, sysroot, terminal } = call;
    if (args.length === 0) throw usageError(call, 'INDEX must be specified');
    const wanted = !options.flag('unpin');
    for (const word of args) {
      const deployment = find(word);
      if (deployment.staged) throw new VerbError('Cannot pin staged deployment');
      if (isPinned(deployment) === wanted) {
        terminal.out(`Deployment ${word} is already ${wanted ? 'pinned' : 'unpinned'}\n`);
        continue;
      }
      const origin = deployment.origin ?? new KeyFile();
      if (wanted) origin.set('libostree-transient', 'pinned', 'true');
      else origin.delete('libostree-transient', 'pinned');
      writeOriginFile(join(sysroot.path, originPathOf(deployment)), origin);
      terminal.out(`Deployment ${word} is now ${wanted ? 'pinned' : 'unpinned'}\n`);
    }

    function find(word: string) {
      const place = PLACES.find((name) => name === word);
      if (place !== undefined) {
        const { booted } = sysroot;
        const found = { booted, pending: booted && sysroot.pending(booted.stateroot), rollback: sysroot.rollback }[
          place
        ];
        if (!found) throw new VerbError(`No ${place} deployment`);
        return found;
      }
      return deploymentAt(sysroot, parseIndex(word));
    }
  },
});
