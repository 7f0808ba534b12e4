import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usageError, VerbError } from '../error.ts';
import type { Verb } from '../verb.ts';

const CHECKSUM = /^[0-9a-f]{64}$/;
/** A local name that cannot be the beginning of a checksum, the only other thing it could mean. */
const PLAIN_REF = /^(?=.*[^0-9a-f])[A-Za-z0-9_][-._A-Za-z0-9]*(?:\/[A-Za-z0-9_][-._A-Za-z0-9]*)*$/;

export const revParse: Verb = {
  usage: 'REV',
  options: [
    {
      name: 'single',
      char: 'S',
      kind: 'flag',
      summary: 'If the repository has exactly one commit, then print it; any other case will result in an error',
    },
  ],
  async run(call) {
    const { options, args, terminal, repo: path } = call;
    if (options.flag('single')) {
      if (args.length > 0) throw usageError(call, 'Cannot specify arguments with --single');
      const { openRepository } = await import('../open.ts');
      const { listCommits } = await import('../../repo/revs.ts');
      const commits = [...listCommits(openRepository(path))];
      if (commits.length > 1) throw new VerbError('Multiple commit objects found');
      if (commits.length === 0) throw new VerbError('No commit objects found');
      terminal.out(`${commits[0]}\n`);
      return;
    }
    if (args.length === 0) throw usageError(call, 'REV must be specified');
    for (const rev of args) terminal.out(`${readPlainRef(path, rev) ?? (await resolveAny(path, rev))}\n`);
  },
};

/** The question that scripts ask most often, answered without loading the code that reads repositories. */
function readPlainRef(repo: string, rev: string): string | undefined {
  if (!PLAIN_REF.test(rev) || !existsSync(join(repo, 'config'))) return undefined;
  try {
    const commit = readFileSync(join(repo, 'refs', 'heads', rev), 'utf8').trimEnd();
    return CHECKSUM.test(commit) ? commit : undefined;
  } catch {
    // Whatever is wrong is said by the code that knows all forms of revisions.
    return undefined;
  }
}

async function resolveAny(path: string, rev: string): Promise<string> {
  const { openRepository } = await import('../open.ts');
  const { resolve } = await import('../resolve.ts');
  return resolve(openRepository(path), rev);
}
