import { hash } from 'node:crypto';
import { isHostError } from '@ostrata/contract';
import { storeError } from '../../errors.ts';
import { MAX_SUMMARY } from '../../summary/read.ts';
import { type MetalinkFile, parseMetalink } from './metalink.ts';
import type { GetOptions, Network } from './network.ts';

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
    data: { url, reason: 'scheme' },
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
  while (mirrors.length > 0 && !(await works(mirrors[0]!, network, patience(mirrors)))) mirrors.shift();
  if (mirrors.length > 0) return mirrors;
  throw storeError('OSTREE_PULL_MISSING', `No valid mirrors were found in mirrorlist '${url}'.`, {
    hint: 'Check the URL and the network: no server of the list has a repository.',
    data: { url },
  });
}

/** While there is another server it costs less to ask that one than to wait for one that is away. */
const patience = (servers: readonly string[]): GetOptions => (servers.length > 1 ? { retries: 0 } : {});

async function works(mirror: string, network: Network, options: GetOptions): Promise<boolean> {
  try {
    return (await network.get([`${mirror}/config`], MAX_CONFIG, options)) !== null;
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
      summary = await network.get([candidate], MAX_SUMMARY, patience(file.urls));
    } catch (error) {
      if (!isHostError(error)) throw error;
      problems.push(error.message);
      continue;
    }
    const problem = summary === null ? 'it is not there' : differenceOf(summary, file);
    if (problem === null)
      return { urls: [checkUrl(candidate.slice(0, candidate.lastIndexOf('/')))], summary: summary! };
    problems.push(`${candidate}: ${problem}`);
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

function differenceOf(bytes: Uint8Array, file: MetalinkFile): string | null {
  if (bytes.length !== file.size) return `Expected size is ${file.size} bytes but content is ${bytes.length} bytes`;
  const actual = hash(file.hash.algorithm, bytes);
  return actual === file.hash.digest ? null : `Expected checksum is ${file.hash.digest} but actual is ${actual}`;
}
