import { readFileSync } from 'node:fs';
import { addRemote } from '../../remote/index.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { remotePlace, SYSROOT_OPTION } from '../remote-place.ts';
import { importKeys, importReport } from '../signing/import-keys.ts';
import type { Invocation, Verb } from '../verb.ts';

/** The mechanisms of libostree's ostree_sign_get_by_name. */
const SIGN_TYPES = ['ed25519', 'spki', 'dummy'];

export const remoteAdd: Verb = {
  usage: 'NAME [metalink=|mirrorlist=]URL [BRANCH...]',
  options: [
    { name: 'set', kind: 'list', summary: 'Set config option KEY=VALUE for remote', value: 'KEY=VALUE' },
    { name: 'no-gpg-verify', kind: 'flag', summary: 'Disable GPG verification' },
    { name: 'no-sign-verify', kind: 'flag', summary: 'Disable signature verification' },
    {
      name: 'sign-verify',
      kind: 'list',
      summary: 'Verify signatures using KEYTYPE=inline:PUBKEY or KEYTYPE=file:/path/to/key',
      value: 'KEYTYPE=[inline|file]:PUBKEY',
    },
    { name: 'if-not-exists', kind: 'flag', summary: 'Do nothing if the provided remote exists' },
    { name: 'force', kind: 'flag', summary: 'Replace the provided remote if it exists' },
    { name: 'gpg-import', kind: 'text', summary: 'Import GPG key from FILE', value: 'FILE' },
    {
      name: 'custom-backend',
      kind: 'text',
      summary: 'This remote has content not fetched via libostree',
      value: 'NAME',
    },
    { name: 'contenturl', kind: 'text', summary: 'Use URL when fetching content', value: 'URL' },
    {
      name: 'collection-id',
      kind: 'text',
      summary:
        'Globally unique ID for this repository as an collection of refs for redistribution to other repositories',
      value: 'COLLECTION-ID',
    },
    SYSROOT_OPTION,
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const [name, url] = args;
    if (options.flag('custom-backend') && name === undefined) throw usageError(call, 'NAME must be specified');
    if (name === undefined || (url === undefined && !options.flag('custom-backend'))) {
      throw usageError(call, 'NAME and URL must be specified');
    }
    if (options.flag('if-not-exists') && options.flag('force')) {
      throw usageError(call, 'Can only specify one of --if-not-exists and --force');
    }
    let existing: 'refuse' | 'keep' | 'replace' = 'refuse';
    if (options.flag('if-not-exists')) existing = 'keep';
    else if (options.flag('force')) existing = 'replace';
    const place = remotePlace(options);
    const repo = openRepository(call.repo);
    const remote = { ...(url === undefined ? {} : { url }), options: remoteOptions(call), existing };
    const file = options.text('gpg-import');
    // Read before anything is written.
    const keys = file === undefined ? [] : [{ keys: readFileSync(file), name: file }];
    addRemote(repo, name, remote, place);
    if (keys.length === 0) return;
    const count = await terminal.withContext((ctx) => importKeys(repo, name, keys, [], ctx, place));
    terminal.out(importReport(count, name));
  },
};

/** The options of the section in the order in which libostree writes them. */
function remoteOptions({ args, options }: Invocation): Map<string, string> {
  const result = new Map<string, string>();
  const branches = args.slice(2);
  const broken = branches.find((branch) => /[;,\s]/.test(branch));
  if (broken !== undefined) throw new VerbError(`Invalid ref name ${broken}`);
  if (branches.length > 0) result.set('branches', branches.map((branch) => `${branch};`).join(''));
  for (const key of ['contenturl', 'custom-backend']) {
    const value = options.text(key);
    if (value !== undefined) result.set(key, value);
  }
  for (const word of options.list('set')) {
    const equals = word.indexOf('=');
    if (equals < 0) throw new VerbError("Missing '=' in KEY=VALUE for --set");
    result.set(word.slice(0, equals), word.slice(equals + 1));
  }
  if (options.flag('no-gpg-verify') || options.flag('no-sign-verify')) result.set('gpg-verify', 'false');
  const verify = options.list('sign-verify');
  if (options.flag('no-sign-verify')) {
    if (verify.length > 0) throw new VerbError('Cannot specify both --sign-verify and --no-sign-verify');
    result.set('sign-verify', 'false');
  }
  for (const word of verify) {
    const [, type, place, key] = /^([^=]+)=([^:]*):(.*)$/s.exec(word) ?? [];
    if (type === undefined) throw new VerbError(`Failed to parse KEYTYPE=[inline|file]:DATA in ${word}`);
    if (!SIGN_TYPES.includes(type)) throw new VerbError('Requested signature type is not implemented');
    if (place !== 'inline' && place !== 'file') {
      throw new VerbError(`Invalid key reference ${place}, expected inline|file`);
    }
    result.set(`verification-${type}-${place === 'inline' ? 'key' : 'file'}`, key!);
  }
  if (verify.length > 0) result.set('sign-verify', verify.map((word) => word.split('=', 1)[0]).join(','));
  const collection = options.text('collection-id');
  // Not held to be one: libostree ignores remotes whose collection has no valid name.
  if (collection !== undefined) result.set('collection-id', collection);
  return result;
}
