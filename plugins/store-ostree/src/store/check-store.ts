import type { CheckReport, Context } from '@ostrata/contract';
import { checkRepository } from '../fsck/check.ts';
import type { Repository } from '../repo/repository.ts';

/** Checks a repository, and tells how far it is. */
export async function checkStore(repo: Repository, ctx: Context): Promise<CheckReport> {
  const task = ctx.progress.task(`Checking ${repo.path}`, { unit: 'items' });
  try {
    const report = await checkRepository(repo, {
      workers: ctx.environment.workers,
      advance: (done) => {
        ctx.signal.throwIfAborted();
        task.advance(done);
      },
    });
    task.end('done');
    return report;
  } catch (error) {
    task.end('failed');
    throw error;
  }
}
