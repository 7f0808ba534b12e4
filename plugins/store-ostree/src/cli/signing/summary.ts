import type { Context } from '@ostrata/contract';
import type { Repository } from '../../repo/repository.ts';
import { readSummarySignature, summaryFile, writeSummarySignature } from '../../summary/index.ts';
import { VerbError } from '../error.ts';
import { type SigningKeys, signBytes } from './sign.ts';

/** Signs the summary that is there, beside the signatures that it has. */
export async function signSummary(repo: Repository, keys: SigningKeys, ctx: Context): Promise<void> {
  const bytes = summaryFile(repo);
  if (bytes === undefined) throw new VerbError('openat(summary): No such file or directory');
  const before = readSummarySignature(repo) ?? new Map();
  writeSummarySignature(repo, await signBytes(bytes, before, keys, ctx));
}
