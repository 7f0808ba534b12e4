import { commitPath, findFile } from '../commit-path.ts';
import { usageError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import type { Verb } from '../verb.ts';

export const cat: Verb = {
  usage: 'COMMIT PATH...',
  options: [],
  run(call) {
    const { args, terminal } = call;
    const [rev, ...paths] = args;
    if (rev === undefined || paths.length === 0) {
      throw usageError(call, 'A COMMIT and at least one PATH argument are required');
    }
    const repo = openRepository(call.repo);
    const root = repo.readCommit(resolve(repo, rev));
    for (const path of paths) terminal.out(repo.readFile(findFile(repo, root, commitPath(path))).content);
  },
};
