import { storeError } from '../errors.ts';
import { parseMode } from '../repo/config.ts';
import { KeyFile } from '../repo/key-file.ts';
import { KEY, type Summary, summaryFlag, summaryText } from '../summary/codec.ts';
import type { HttpSource } from './http/http-source.ts';

const MAX_CONFIG = 1024 * 1024;

/** What a server says of its repository. */
export interface RemoteState {
  /** Whether commits that were deleted leave a note, so that one without is missing against the server's will. */
  readonly tombstones: boolean;
}

/** Refuses a server whose repository is no archive, by its summary or else by its config. @throws OSTREE_REMOTE_UNUSABLE */
export async function remoteState(source: HttpSource, summary: Summary | null): Promise<RemoteState> {
  const told = summary && summaryText(summary, KEY.mode);
  const config = told ? null : await configOf(source);
  const text = told ?? config?.get('core', 'mode')?.trim() ?? 'bare';
  const noted = config?.get('core', 'tombstone-commits')?.trim();
  if (parseMode(text) === 'archive') {
    return { tombstones: summary && told ? summaryFlag(summary, KEY.tombstones) : noted === 'true' };
  }
  throw storeError('OSTREE_REMOTE_UNUSABLE', `Can't pull from archives with mode "${text}".`, {
    hint: 'Serve a repository of mode archive: pull the commits into one with `pull-local`.',
    data: { from: source.name, mode: text },
  });
}

async function configOf(source: HttpSource): Promise<KeyFile> {
  const bytes = await source.file('config', MAX_CONFIG);
  const fail = (problem: string, cause?: unknown) =>
    storeError('OSTREE_REMOTE_UNUSABLE', `There is no repository at ${source.name}: ${problem}.`, {
      hint: 'Check the URL: it is that of the directory that has `config` and `objects`.',
      data: { from: source.name },
      ...(cause === undefined ? {} : { cause }),
    });
  if (bytes === null) throw fail(`its config is not there${source.absence}`);
  try {
    return KeyFile.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw fail(`its config is not valid, ${(error as Error).message}`, error);
  }
}
