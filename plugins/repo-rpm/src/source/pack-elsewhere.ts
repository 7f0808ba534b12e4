import { Worker } from 'node:worker_threads';
import { type Context, HostError } from '@ostrata/contract';
import { endThreads, StopFlag } from '@ostrata/threads';
import { fileSize } from './local-file.ts';
import { type Packed, type PackJob, pack } from './pack.ts';
import type { PackReply, PackWork } from './pack-worker.ts';

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './pack-worker.ts' : './pack-worker.js', import.meta.url);

/** Up to this many bytes of compressed metadata a thread takes longer to start than to work. */
const WORTH_A_THREAD = 512 * 1024;

/**
 * Parses metadata into their packed form; large ones in a thread of their own, so that repositories are read side by side and an
 * abort is heard.
 * @throws HostError METADATA_… with file and line, or the signal's reason
 */
export async function packElsewhere(job: PackJob, ctx: Context): Promise<Packed> {
  ctx.signal.throwIfAborted();
  if (ctx.environment.workers === 0 || (fileSize(job.path) ?? 0) < WORTH_A_THREAD) return pack(job);
  const stop = new StopFlag();
  const worker = new Worker(WORKER, { workerData: { job, stop: stop.shared } satisfies PackWork });
  const abort = Promise.withResolvers<never>();
  const onAbort = (): void => abort.reject(ctx.signal.reason);
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const reply = new Promise<PackReply>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the thread that reads ${job.label} ended with ${code}`)));
    });
    const result = await Promise.race([reply, abort.promise]);
    if ('packed' in result) return result.packed;
    const { code, message, hint, data } = result.error;
    throw new HostError(code, message, { ...(hint === null ? {} : { hint }), data });
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
    await endThreads([worker], stop);
  }
}
