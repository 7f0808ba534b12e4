import { hashOrder } from '../../codec/hash-order.ts';
import { pull } from '../../pull/index.ts';
import { findRemote } from '../../remote/index.ts';
import { listRefs } from '../../repo/refs.ts';
import { Repository } from '../../repo/repository.ts';
import { usageError, VerbError } from '../error.ts';
import { localContext } from '../local-context.ts';
import { openRepository } from '../open.ts';
import { pullReport } from '../pull-report.ts';
import { dropTombstones } from '../tombstones.ts';
import type { Verb } from '../verb.ts';
import { openOptions } from './pull.ts';

export const pullLocal: Verb = {
  usage: 'SRC_REPO [REFS...]',
  options: [
    { name: 'commit-metadata-only', kind: 'flag', summary: 'Fetch only the commit metadata' },
    { name: 'remote', kind: 'text', summary: 'Add REMOTE to refspec', value: 'REMOTE' },
    { name: 'disable-fsync', kind: 'flag', summary: 'Do not invoke fsync()' },
    {
      name: 'per-object-fsync',
      kind: 'flag',
      summary: 'Perform writes in such a way that avoids stalling concurrent processes',
    },
    { name: 'untrusted', kind: 'flag', summary: 'Verify checksums of local sources (always enabled for HTTP pulls)' },
    {
      name: 'bareuseronly-files',
      kind: 'flag',
      summary: 'Reject regular files with mode outside of 0775 (world writable, suid, etc.)',
    },
    { name: 'require-static-deltas', kind: 'flag', summary: 'Require static deltas' },
    { name: 'disable-static-deltas', kind: 'flag', summary: 'Do not use static deltas' },
    { name: 'gpg-verify', kind: 'flag', summary: 'GPG verify commits (must specify --remote)' },
    { name: 'gpg-verify-summary', kind: 'flag', summary: 'GPG verify summary (must specify --remote)' },
    { name: 'disable-verify-bindings', kind: 'flag', summary: 'Do not verify commit bindings' },
    { name: 'depth', kind: 'count', summary: 'Traverse DEPTH parents (-1=infinite) (default: 0)', value: 'DEPTH' },
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const [location, ...given] = args;
    if (location === undefined) throw usageError(call, 'DESTINATION must be specified');
    const repo = openRepository(call.repo, openOptions(call));
    const source = Repository.open(location);
    const remote = options.text('remote');
    const demand = (option: string) => (options.flag(option) ? [['gpg']] : []);
    const demands = { commits: demand('gpg-verify'), summaries: demand('gpg-verify-summary') };
    const verifies = demands.commits.length + demands.summaries.length > 0;
    if (verifies) {
      if (remote === undefined) throw new VerbError('Must specify remote name to enable gpg verification');
      findRemote(repo, remote);
    }
    const settings = {
      url: source.path,
      ...(remote === undefined ? {} : { remote }),
      revs: given.length > 0 ? given : hashOrder(listRefs(source).keys()),
      depth: options.count('depth', 0),
      commitMetadataOnly: options.flag('commit-metadata-only'),
      untrusted: options.flag('untrusted'),
      bareUserOnlyFiles: options.flag('bareuseronly-files'),
      requireStaticDeltas: options.flag('require-static-deltas'),
      disableStaticDeltas: options.flag('disable-static-deltas'),
      disableVerifyBindings: options.flag('disable-verify-bindings'),
      ...(verifies ? { demands } : { disableSignatures: true }),
      ...(options.flag('disable-fsync') ? { fsync: false } : {}),
    };
    // Only static deltas and signatures may need what plugins have.
    const needsHost = options.flag('require-static-deltas') || verifies;
    const result = needsHost
      ? await terminal.withContext((ctx) => pull(repo, settings, ctx))
      : await pull(repo, settings, localContext());
    dropTombstones(repo);
    terminal.out(pullReport(result));
  },
};
