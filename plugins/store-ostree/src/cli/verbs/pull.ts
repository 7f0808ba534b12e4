import { pull } from '../../pull/index.ts';
import { findRemote } from '../../remote/index.ts';
import type { OpenOptions } from '../../repo/repository.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { withProgressLine } from '../pull-progress.ts';
import { dryRunReport, pullReport } from '../pull-report.ts';
import { dropTombstones } from '../tombstones.ts';
import type { Invocation, Verb } from '../verb.ts';

export const pullVerb: Verb = {
  usage: 'REMOTE [BRANCH...]',
  options: [
    { name: 'commit-metadata-only', kind: 'flag', summary: 'Fetch only the commit metadata' },
    { name: 'cache-dir', kind: 'text', summary: 'Use custom cache dir' },
    { name: 'disable-fsync', kind: 'flag', summary: 'Do not invoke fsync()' },
    {
      name: 'per-object-fsync',
      kind: 'flag',
      summary: 'Perform writes in such a way that avoids stalling concurrent processes',
    },
    { name: 'disable-static-deltas', kind: 'flag', summary: 'Do not use static deltas' },
    { name: 'require-static-deltas', kind: 'flag', summary: 'Require static deltas' },
    {
      name: 'disable-retry-on-network-errors',
      kind: 'flag',
      summary: 'Do not retry when network issues happen, instead fail automatically',
    },
    { name: 'mirror', kind: 'flag', summary: 'Write refs suitable for a mirror and fetches all refs if none provided' },
    { name: 'subpath', kind: 'list', summary: 'Only pull the provided subpath(s)' },
    { name: 'untrusted', kind: 'flag', summary: 'Verify checksums of local sources (always enabled for HTTP pulls)' },
    {
      name: 'http-trusted',
      kind: 'flag',
      summary: 'Do not verify checksums of HTTP sources (mostly useful when mirroring)',
    },
    {
      name: 'bareuseronly-files',
      kind: 'flag',
      summary: 'Reject regular files with mode outside of 0775 (world writable, suid, etc.)',
    },
    {
      name: 'dry-run',
      kind: 'flag',
      summary: 'Only print information on what will be downloaded (requires static deltas)',
    },
    { name: 'depth', kind: 'count', summary: 'Traverse DEPTH parents (-1=infinite) (default: 0)', value: 'DEPTH' },
    {
      name: 'url',
      kind: 'text',
      summary: 'Pull objects from this URL instead of the one from the remote config',
      value: 'URL',
    },
    {
      name: 'http-header',
      kind: 'list',
      summary: 'Add NAME=VALUE as HTTP header to all requests',
      value: 'NAME=VALUE',
    },
    {
      name: 'update-frequency',
      kind: 'count',
      summary: 'Sets the update frequency, in milliseconds (0=1000ms) (default: 0)',
      value: 'FREQUENCY',
    },
    {
      name: 'network-retries',
      kind: 'count',
      summary: 'Specifies how many times each download should be retried upon error (default: 5)',
      value: 'N',
    },
    {
      name: 'low-speed-limit-bytes',
      kind: 'count',
      summary: 'Bytes a second that are too few, when it lasts; 0 for no limit (default: 1000)',
      value: 'N',
    },
    {
      name: 'low-speed-time-seconds',
      kind: 'count',
      summary: 'Seconds over which the speed of a transfer is measured; 0 for no limit (default: 30)',
      value: 'N',
    },
    {
      name: 'max-outstanding-fetcher-requests',
      kind: 'count',
      summary: 'The most requests at one time (default: 8)',
      value: 'N',
    },
    {
      name: 'localcache-repo',
      char: 'L',
      kind: 'list',
      summary: 'Add REPO as local cache source for objects during this pull',
      value: 'REPO',
    },
    { name: 'timestamp-check', char: 'T', kind: 'flag', summary: 'Require fetched commits to have newer timestamps' },
    {
      name: 'timestamp-check-from-rev',
      kind: 'text',
      summary: 'Require fetched commits to have newer timestamps than given rev',
    },
    { name: 'disable-verify-bindings', kind: 'flag', summary: 'Do not verify commit bindings' },
    { name: 'append-user-agent', kind: 'text', summary: 'Append string to user agent' },
  ],
  async run(call) {
    const { args, terminal } = call;
    const first = args[0];
    if (first === undefined) throw usageError(call, 'REMOTE must be specified');
    if (call.options.flag('dry-run') && !call.options.flag('require-static-deltas')) {
      throw new VerbError('--dry-run requires --require-static-deltas');
    }
    const repo = openRepository(call.repo, openOptions(call));
    // REMOTE:REF is short for REMOTE REF.
    const colon = first.indexOf(':');
    const remote = colon < 0 ? first : first.slice(0, colon);
    if (colon >= 0 && args.length > 1) throw usageError(call, 'Only one argument may be given with REMOTE:REF');
    const revs = colon < 0 ? args.slice(1) : [first.slice(colon + 1)];
    findRemote(repo, remote);
    const result = await withProgressLine(terminal, (onProgress) =>
      terminal.withContext((ctx) => {
        const reported = onProgress === undefined ? {} : { onProgress };
        return pull(repo, { remote, revs, ...pullOptions(call), ...reported }, ctx);
      }),
    );
    if (call.options.flag('dry-run')) return terminal.out(dryRunReport(result));
    dropTombstones(repo);
    terminal.out(pullReport(result));
  },
};

/** How a pull writes. */
export const openOptions = ({ options }: Pick<Invocation, 'options'>): OpenOptions => ({
  ...(options.flag('disable-fsync') ? { fsync: false } : {}),
  ...(options.flag('per-object-fsync') ? { perObjectFsync: true } : {}),
});

function pullOptions({ options, terminal: { environment } }: Invocation) {
  const skipCache = environment['OSTREE_SKIP_CACHE'] !== undefined;
  const cacheDirectory = options.text('cache-dir') ?? (skipCache ? null : undefined);
  const text = (name: string, key: string) => (options.text(name) === undefined ? {} : { [key]: options.text(name)! });
  // One below 0 is none, as with libostree.
  const count = (name: string, key: string) => (options.count(name, -1) < 0 ? {} : { [key]: options.count(name, 0) });
  return {
    commitMetadataOnly: options.flag('commit-metadata-only'),
    disableStaticDeltas: options.flag('disable-static-deltas'),
    requireStaticDeltas: options.flag('require-static-deltas'),
    mirror: options.flag('mirror'),
    subpaths: options.list('subpath'),
    untrusted: options.flag('untrusted'),
    httpTrusted: options.flag('http-trusted'),
    bareUserOnlyFiles: options.flag('bareuseronly-files'),
    dryRun: options.flag('dry-run'),
    depth: options.count('depth', 0),
    headers: headers(options.list('http-header')),
    localCaches: options.list('localcache-repo'),
    timestampCheck: options.flag('timestamp-check'),
    disableVerifyBindings: options.flag('disable-verify-bindings'),
    ...count('network-retries', 'networkRetries'),
    ...(options.flag('disable-retry-on-network-errors') ? { networkRetries: 0 } : {}),
    lowSpeed: { ...count('low-speed-limit-bytes', 'bytesPerSecond'), ...count('low-speed-time-seconds', 'seconds') },
    ...count('update-frequency', 'updateFrequency'),
    ...count('max-outstanding-fetcher-requests', 'maxRequests'),
    ...(cacheDirectory === undefined ? {} : { cacheDirectory }),
    refuseBadCache: environment['OSTREE_REPO_TEST_ERROR'] === 'invalid-cache',
    ...(options.flag('disable-fsync') ? { fsync: false } : {}),
    ...text('url', 'url'),
    ...text('timestamp-check-from-rev', 'timestampCheckFrom'),
    ...text('append-user-agent', 'appendUserAgent'),
  };
}

function headers(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 0) throw new VerbError(`Missing '=' in --http-header ${word}`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}
