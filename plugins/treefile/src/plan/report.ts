import type { Context, Json, Outcome } from '@ostrata/contract';
import type { RunMemory } from '../run-memory.ts';
import { lockfileOf } from './lockfile.ts';
import { writeAtomically } from './write-file.ts';

/** Writes the lockfile that was asked for, and shows the flattened treefile when nothing else was wanted. */
export function report(outcome: Outcome, ctx: Context, memory: RunMemory): Outcome | undefined {
  const notes = memory.recall(ctx);
  if (notes === undefined) return undefined;
  const { writeLockfileTo, printOnly } = notes.options;
  if (writeLockfileTo !== null && outcome.plan !== null) {
    writeAtomically(writeLockfileTo, `${JSON.stringify(lockfileOf(outcome.plan, ctx.now()), null, 2)}\n`);
  }
  if (!printOnly && outcome.until !== 'request') return undefined;
  const own: Json = { flattened: notes.flattened };
  return { ...outcome, extras: { ...outcome.extras, treefile: own } };
}
