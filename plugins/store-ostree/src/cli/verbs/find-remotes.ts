import { homedir, userInfo } from 'node:os';
import type { Terminal } from '@ostrata/contract';
import {
  configFinder,
  type Finder,
  type FinderResult,
  findRemotes,
  isRemovable,
  listMounts,
  mountFinder,
  pullFound,
  refKey,
  type WantedRef,
} from '../../finders/index.ts';
import { listValue } from '../../remote/index.ts';
import { readConfig } from '../../repo/collections.ts';
import type { Repository } from '../../repo/repository.ts';
import { parseCollectionRefs } from '../collection-refs.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import type { Invocation, Verb } from '../verb.ts';

const FINDERS = ['config', 'lan', 'mount'];

export const findRemotesVerb: Verb = {
  usage: 'COLLECTION-ID REF [COLLECTION-ID REF...]',
  options: [
    { name: 'cache-dir', kind: 'text', summary: 'Use custom cache dir' },
    { name: 'disable-fsync', kind: 'flag', summary: 'Do not invoke fsync()' },
    {
      name: 'finders',
      kind: 'text',
      summary: 'Use the specified comma separated list of finders (e.g. config,lan,mount)',
      value: 'FINDERS',
    },
    { name: 'pull', kind: 'flag', summary: 'Pull the updates after finding them' },
    { name: 'mirror', kind: 'flag', summary: 'Do a mirror pull (see ostree pull --mirror)' },
  ],
  async run(call) {
    const { options, terminal } = call;
    const fsync = options.flag('disable-fsync') ? { fsync: false } : {};
    const cache = options.text('cache-dir') === undefined ? {} : { cacheDirectory: options.text('cache-dir')! };
    const repo = openRepository(call.repo, fsync);
    const defaults = defaultFinders(repo);
    if (call.args.length % 2 === 1 && call.args.length > 1)
      throw usageError(call, 'Only complete COLLECTION-ID REF pairs may be specified');
    if (call.args.length < 2) throw usageError(call, 'At least one COLLECTION-ID REF pair must be specified');
    const mirror = options.flag('mirror');
    if (mirror && !options.flag('pull')) throw usageError(call, 'When --mirror is specified, --pull must also be');
    const refs = parseCollectionRefs(call.args);
    const names = chosenFinders(call) ?? defaults;
    const failed = await terminal.withContext(async (ctx) => {
      const results = await findRemotes(repo, refs, finders(names, terminal), cache, ctx);
      terminal.out(report(results, refs));
      if (!options.flag('pull') || results.length === 0) return undefined;
      return pullFound(repo, results, { mirror, ...fsync, ...cache }, ctx);
    });
    if (!failed) return;
    if (failed.length > 0) {
      const list = failed.map(({ collection, ref }) => `(${collection}, ${ref})`).join(', ');
      throw new VerbError(`Failed to pull some refs from the remotes: ${list}`);
    }
    terminal.out(`Pulled ${refs.length}/${refs.length} refs successfully.\n`);
  },
};

/** The names given with `--finders`, each at most once. */
function chosenFinders(call: Invocation): string[] | undefined {
  const text = call.options.text('finders');
  if (text === undefined) return undefined;
  if (text === '') throw usageError(call, 'List of finders in --finders option must not be empty');
  const names = text.split(',');
  const wrong = names.find((name, index) => !FINDERS.includes(name) || names.indexOf(name) !== index);
  if (wrong === undefined) return names;
  throw usageError(call, `Unknown or duplicate finder type given in --finders option: ‘${wrong}’`);
}

/** `core.default-repo-finders` of the repository (ostree.repo-config(5)). */
function defaultFinders(repo: Repository): string[] {
  const text = readConfig(repo).get('core', 'default-repo-finders');
  if (text === undefined) return ['config', 'mount'];
  const names = listValue(text);
  if (names.length === 0) throw new VerbError('opening repo: Invalid empty default-repo-finders configuration');
  const wrong = names.find((name) => !FINDERS.includes(name));
  if (wrong !== undefined) throw new VerbError(`opening repo: Invalid configured repo-finder '${wrong}'`);
  return names;
}

function finders(names: readonly string[], { environment, err }: Terminal): Finder[] {
  return names.flatMap((name): readonly Finder[] => {
    if (name === 'config') return [configFinder];
    if (name === 'mount') {
      const home = environment['HOME'] ?? homedir();
      const viewer = { uid: process.getuid?.() ?? -1, user: userName(), home };
      return [mountFinder(listMounts().filter((mount) => isRemovable(mount, viewer)))];
    }
    err('warning: Avahi finder failed; removing it: the local network is not searched by this program\n');
    return [];
  });
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's database.
    return null;
  }
}

function report(results: readonly FinderResult[], refs: readonly WantedRef[]): string {
  if (results.length === 0) return 'No results.\n';
  const text = results.map((result, index) => `Result ${index}: ${describe(result)}\n`).join('');
  const found = new Set(
    results.flatMap((result) => result.refs.filter(({ commit }) => commit !== null).map((ref) => refKey(ref))),
  );
  const missing = refs.filter((ref) => !found.has(refKey(ref)));
  const list = missing.map(({ collection, ref }) => ` - (${collection}, ${ref})\n`).join('');
  return `${text}${found.size}/${refs.length} refs were found.\n${list === '' ? '' : `Refs not found in any remote:\n${list}`}`;
}

function describe({ url, finder, remote, priority, lastModified, refs }: FinderResult): string {
  const time = new Date(lastModified * 1000);
  const valid = !Number.isNaN(time.getTime()) && time.getUTCFullYear() <= 9999;
  const modified = lastModified === 0 ? 'unknown' : valid ? `${time.toISOString().slice(0, 19)}Z` : 'invalid';
  const lines = refs.map(
    ({ collection, ref, commit }) => `    - (${collection}, ${ref}) = ${commit ?? '(not found)'}\n`,
  );
  return [
    `${url}\n`,
    ` - Finder: ${finder}\n`,
    ` - Keyring: ${remote}.trustedkeys.gpg\n`,
    ` - Priority: ${priority}\n`,
    ` - Summary last modified: ${modified}\n`,
    ' - Refs:\n',
    ...lines,
  ].join('');
}
