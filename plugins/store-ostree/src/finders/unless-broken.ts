import { type Context, isHostError } from '@ostrata/contract';

/** What some work gives, or undefined where it fails because a place is broken or not there: then there are other places. */
export async function unlessBroken<T>(ctx: Context, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (isHostError(error) || (error instanceof Error && 'syscall' in error)) return undefined;
    throw error;
  }
}
