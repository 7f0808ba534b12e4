import type { Outcome } from '@ostrata/core';
import { touch, writeFileAtomically } from '../files.ts';
import { composeSummary } from './summary.ts';

/** Writes the files that `compose tree` was asked for, once the commit is safe. */
export async function composeFiles(
  outcome: Outcome,
  flags: {
    'touch-if-changed'?: string | undefined;
    'write-commitid-to'?: string | undefined;
    'write-composejson-to'?: string | undefined;
    'write-plan-to'?: string | undefined;
  },
): Promise<void> {
  if (flags['write-plan-to'] !== undefined && outcome.plan !== null) {
    writeFileAtomically(flags['write-plan-to'], `${JSON.stringify(outcome.plan, null, 2)}\n`);
  }
  if (outcome.commit === null) return;
  if (flags['write-commitid-to'] !== undefined) writeFileAtomically(flags['write-commitid-to'], outcome.commit.id);
  if (flags['write-composejson-to'] !== undefined) {
    writeFileAtomically(
      flags['write-composejson-to'],
      `${JSON.stringify(composeSummary.composeJson(outcome), null, 2)}\n`,
    );
  }
  if (flags['touch-if-changed'] !== undefined && outcome.status === 'done') touch(flags['touch-if-changed']);
}
