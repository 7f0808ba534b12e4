import { fetchSummary, remoteRefs } from '../../remote/index.ts';
import { dumpSummary } from '../dump-summary.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { summarySignatures } from '../signing/show.ts';
import { dumpSummaryKeys, KEY_OPTIONS } from '../summary-keys.ts';
import type { Invocation, OptionSpec, Verb } from '../verb.ts';

const CACHE_DIR: OptionSpec = { name: 'cache-dir', kind: 'text', summary: 'Use custom cache dir' };

export const remoteRefsVerb: Verb = {
  usage: 'NAME',
  options: [{ name: 'revision', char: 'r', kind: 'flag', summary: 'Show revisions in listing' }, CACHE_DIR],
  async run(call) {
    const name = call.args[0];
    if (name === undefined) throw usageError(call, 'NAME must be specified');
    const repo = openRepository(call.repo);
    const refs = await call.terminal.withContext((ctx) => remoteRefs(repo, name, cacheOf(call), ctx));
    const revision = call.options.flag('revision');
    const names = [...refs].map(([ref, commit]) => `${name}:${ref}${revision ? `\t${commit}` : ''}\n`);
    call.terminal.out(names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join(''));
  },
};

export const remoteSummaryVerb: Verb = {
  usage: 'NAME',
  options: [...KEY_OPTIONS, CACHE_DIR, { name: 'raw', kind: 'flag', summary: 'Show raw variant data' }],
  async run(call) {
    const name = call.args[0];
    if (name === undefined) throw usageError(call, 'NAME must be specified');
    const repo = openRepository(call.repo);
    const { options, terminal } = call;
    const raw = options.flag('raw');
    await terminal.withContext(async (ctx) => {
      const signed = await fetchSummary(repo, name, cacheOf(call), ctx);
      if (!signed) throw new VerbError('Remote server has no summary file');
      const keys = dumpSummaryKeys(signed.summary, options);
      terminal.out(keys ?? dumpSummary(signed.bytes, { raw }));
      if (keys === undefined && !raw) terminal.out(await summarySignatures(repo, name, signed, ctx));
    });
  },
};

function cacheOf({ options }: Invocation): { readonly cacheDirectory?: string } {
  const directory = options.text('cache-dir');
  return directory === undefined ? {} : { cacheDirectory: directory };
}
