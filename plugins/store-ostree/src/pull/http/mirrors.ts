import { isHostError } from '@ostrata/core';
import { sha256 } from '../../codec/checksum.ts';
import { storeError } from '../../errors.ts';
import { MAX_SUMMARY } from '../../summary/read.ts';
import { parseMetalink } from './metalink.ts';
import type { Network } from './network.ts';

const MAX_LIST = 1024 * 1024;
const MAX_CONFIG = 1024 * 1024;

/** Where a repository is served: URLs of the same tree, and the summary where a metalink has brought it. */
export interface Served {
  readonly urls: readonly string[];
  readonly summary?: Uint8Array;
}

/** The URLs behind `http(s)://…`, `mirrorlist=URL` or `metalink=URL`. @throws OSTREE_REMOTE_INVALID, OSTREE_PULL_MISSING */
export async function resolveUrl(url: string, network: Network): Promise<Served> {
  if (url.startsWith('mirrorlist=')) return { urls: await fetchMirrorlist(url.slice('mirrorlist='.length), network) };
  if (url.startsWith('metalink=')) return fetchMetalink(url.slice('metalink='.length), network);
  return { urls: [checkUrl(url)] };
}

export function checkUrl(url: string): string {
  if (URL.canParse(url) && /^(https?|file):$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw storeError('OSTREE_REMOTE_INVALID', `${JSON.stringify(url)} is not a URL that can be pulled from.`, {
    hint: 'Give http://, https:// or file:// followed by the place of the repository.',
    data: { url },
  });
}

/** One URL a line; the first one that works comes first, those before it are left out. */
async function fetchMirrorlist(url: string, network: Network): Promise<string[]> {
  const bytes = await network.get([checkUrl(url)], MAX_LIST);
  const lines = Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n');
  const mirrors = lines
    .map((line) => line.trim())
    .filter((line) => !line.startsWith('#') && URL.canParse(line) && /^https?:/.test(line))
    .map(checkUrl);
  while (mirrors.length > 0 && !(await works(mirrors[0]!, network))) mirrors.shift();
  if (mirrors.length > 0) return mirrors;
  throw storeError('OSTREE_PULL_MISSING', `No valid mirrors were found in mirrorlist '${url}'.`, {
    hint: 'Check the URL and the network: no server of the list has a repository.',
    data: { url },
  });
}

async function works(mirror: string, network: Network): Promise<boolean> {
  try {
    return (await network.get([`${mirror}/config`], MAX_CONFIG)) !== null;
  } catch (error) {
    if (isHostError(error)) return false;
    throw error;
  }
}

/** The summary of the first URL of a metalink that has the right one; the rest of the repository is beside it. */
async function fetchMetalink(url: string, network: Network): Promise<Served> {
  const bytes = await network.get([checkUrl(url)], MAX_LIST);
  if (bytes === null) {
    throw storeError('OSTREE_PULL_MISSING', `The metalink ${url} is not there.`, {
      hint: 'Check the URL of the remote.',
      data: { url },
    });
  }
  const file = parseMetalink(Buffer.from(bytes).toString('utf8'), 'summary', url);
  const problems: string[] = [];
  for (const candidate of file.urls) {
    let summary: Uint8Array | null;
    try {
      summary = await network.get([candidate], Math.min(file.size ?? MAX_SUMMARY, MAX_SUMMARY));
    } catch (error) {
      if (!isHostError(error)) throw error;
      problems.push(error.message);
      continue;
    }
    if (summary === null) problems.push(`${candidate} is not there`);
    else if (file.size !== undefined && summary.length !== file.size) {
      problems.push(`${candidate} has ${summary.length} bytes and not ${file.size}`);
    } else if (file.sha256 !== undefined && sha256(summary) !== file.sha256) {
      problems.push(`${candidate} has another checksum than ${file.sha256}`);
    } else return { urls: [checkUrl(candidate.slice(0, candidate.lastIndexOf('/')))], summary };
  }
  throw storeError(
    'OSTREE_SUMMARY_INVALID',
    `No URL of the metalink ${url} has the right file: ${problems.join('; ')}.`,
    {
      hint: 'Try again later: the servers may not have the newest state yet.',
      data: { url, problems },
    },
  );
}
