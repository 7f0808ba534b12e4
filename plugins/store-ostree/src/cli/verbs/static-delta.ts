import type { Context } from '@ostrata/contract';
import {
  applyDelta,
  deleteDelta,
  deltaExists,
  deltaId,
  describeDelta,
  type Endianness,
  formatDelta,
  listDeltaIndexes,
  listDeltas,
  locateSuperblock,
  type OpenDelta,
  openDelta,
  reindexDeltas,
} from '../../delta/index.ts';
import { VerbError } from '../error.ts';
import { formatSize } from '../format-size.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import { checkKeysFile } from '../signing/keys-file.ts';
import { DEFAULT_TYPE, signVerifier } from '../signing/mechanism.ts';
import { isSigned, signBytes } from '../signing/sign.ts';
import { allSources, hasSystemKeys, type VerifyOptions, verifyBytes } from '../signing/verify.ts';
import type { OptionSpec, OptionValues, Verb } from '../verb.ts';

const MEGABYTE = 1_000_000;

const SIGN_TYPE: OptionSpec = {
  name: 'sign-type',
  kind: 'text',
  summary: "Signature type to use (defaults to 'ed25519')",
  value: 'NAME',
};
const KEYS_FILE: OptionSpec = { name: 'keys-file', kind: 'text', summary: 'Read key(s) from file', value: 'NAME' };
const KEYS_DIR: OptionSpec = {
  name: 'keys-dir',
  kind: 'text',
  summary: 'Redefine system-wide directories with public and revoked keys for verification',
  value: 'NAME',
};

export const deltaList: Verb = {
  usage: '',
  options: [],
  run({ repo, terminal }) {
    const names = listDeltas(openRepository(repo)).map((name) => `${deltaId(name)}\n`);
    terminal.out(names.join('') || '(No static deltas)\n');
  },
};

export const deltaShow: Verb = {
  usage: '',
  options: [],
  run({ repo: path, args, terminal }) {
    const description = describeDelta(openRepository(path), required(args[0], 'DELTA'));
    terminal.out(`${formatDelta(description).join('\n')}\n`);
    if (description.problem) throw description.problem;
  },
};

export const deltaDelete: Verb = {
  usage: '',
  options: [],
  run({ repo, args }) {
    deleteDelta(openRepository(repo), required(args[0], 'DELTA'));
  },
};

export const deltaGenerate: Verb = {
  usage: '[TO]',
  options: [
    { name: 'from', kind: 'text', summary: 'Create delta from revision REV', value: 'REV' },
    { name: 'empty', kind: 'flag', summary: 'Create delta from scratch' },
    { name: 'inline', kind: 'flag', summary: 'Inline delta parts into main delta' },
    { name: 'to', kind: 'text', summary: 'Create delta to revision REV', value: 'REV' },
    { name: 'disable-bsdiff', kind: 'flag', summary: 'Disable use of bsdiff' },
    { name: 'if-not-exists', char: 'n', kind: 'flag', summary: 'Only generate if a delta does not already exist' },
    { name: 'set-endianness', kind: 'text', summary: "Choose metadata endianness ('l' or 'B')", value: 'ENDIAN' },
    { name: 'swap-endianness', kind: 'flag', summary: 'Swap metadata endianness from host order' },
    {
      name: 'min-fallback-size',
      kind: 'text',
      summary: 'Minimum uncompressed size in megabytes for individual HTTP request',
    },
    {
      name: 'max-bsdiff-size',
      kind: 'text',
      summary: 'Maximum size in megabytes to consider bsdiff compression for input files',
    },
    { name: 'max-chunk-size', kind: 'text', summary: 'Maximum size of delta chunks in megabytes' },
    {
      name: 'filename',
      kind: 'text',
      summary: 'Write the delta content to PATH (a directory).  If not specified, the OSTree repository is used',
      value: 'PATH',
    },
    { name: 'sign', kind: 'list', summary: 'Sign the delta with', value: 'KEY_ID' },
    SIGN_TYPE,
    KEYS_FILE,
  ],
  async run({ repo: path, args, options, terminal }) {
    const target = options.text('to') ?? required(args[0], 'TO revision');
    const repo = openRepository(path);
    if (options.flag('empty') && options.flag('from'))
      throw new VerbError('Cannot specify both --empty and --from=REV');
    const source = options.flag('empty') ? undefined : (options.text('from') ?? `${target}^`);
    const from = source === undefined ? undefined : resolve(repo, source);
    const name = { from, to: resolve(repo, target) };
    const id = from === undefined ? name.to : `${from}-${name.to}`;
    if (options.flag('if-not-exists') && deltaExists(repo, id)) {
      terminal.out(`Delta ${id} already exists.\n`);
      return;
    }
    const filename = options.text('filename');
    const settings = {
      endianness: endianness(options),
      bsdiff: !options.flag('disable-bsdiff'),
      inline: options.flag('inline'),
      ...megabytes(options, 'min-fallback-size', 'minFallbackSize'),
      ...megabytes(options, 'max-bsdiff-size', 'maxBsdiffSize'),
      ...megabytes(options, 'max-chunk-size', 'maxChunkSize'),
      ...(filename === undefined ? {} : { filename }),
    };
    terminal.out(`Generating static delta:\n  From: ${from ?? 'empty'}\n  To:   ${name.to}\n`);
    const keys = deltaKeys(options);
    // Not loaded by those that only apply deltas.
    const { prepareDelta } = await import('../../delta/generate.ts');
    const prepared = prepareDelta(repo, name, settings);
    const signatures = isSigned(keys)
      ? await terminal.withContext((ctx) => signBytes(prepared.superblock, new Map(), keys, ctx))
      : undefined;
    const { rollsums, patches, fallbacks } = prepared.write(signatures);
    for (const { id: object, uncompressedSize } of fallbacks)
      terminal.err(`fallback for ${object} (${formatSize(Number(uncompressedSize))})\n`);
    terminal.err(`rollsum=${rollsums} objects\nbsdiff=${patches} objects\n`);
  },
};

export const deltaApply: Verb = {
  usage: '',
  options: [SIGN_TYPE, KEYS_FILE, KEYS_DIR],
  async run({ repo: path, args, options, terminal }) {
    const repo = openRepository(path);
    const delta = openDelta(required(args[0], 'PATH'));
    const settings = verifyOptions(options, args.slice(1));
    const { signed } = delta;
    const verified = signed ? await terminal.withContext((ctx) => verifyNamed(signed, settings, options, ctx)) : false;
    applyDelta(repo, delta, { verified });
  },
};

export const deltaVerify: Verb = {
  usage: 'STATIC-DELTA-FILE [KEY-ID...]',
  options: [SIGN_TYPE, KEYS_FILE, KEYS_DIR],
  async run({ repo, args, options, terminal }) {
    const { signed } = openDelta(locateSuperblock(openRepository(repo), required(args[0], 'DELTA')));
    const settings = verifyOptions(options, args.slice(1));
    await terminal.withContext(async (ctx) => {
      try {
        if (!signed) throw new VerbError('no signatures in static-delta');
        await verifySigned(signed, settings, ctx);
      } catch (error) {
        terminal.out('Verification fails\n');
        throw error;
      }
      terminal.out('Verification OK\n');
    });
  },
};

export const deltaIndexes: Verb = {
  usage: '',
  options: [],
  run({ repo, terminal }) {
    const indexes = listDeltaIndexes(openRepository(repo)).map((to) => `${to}\n`);
    terminal.out(indexes.join('') || '(No static deltas indexes)\n');
  },
};

export const deltaReindex: Verb = {
  usage: '',
  options: [{ name: 'to', kind: 'text', summary: 'Only update delta index to revision REV', value: 'REV' }],
  run({ repo, options }) {
    reindexDeltas(openRepository(repo), options.text('to'));
  },
};

function required(word: string | undefined, what: string): string {
  if (word === undefined) throw new VerbError(`${what} must be specified`);
  return word;
}

function deltaKeys(options: OptionValues) {
  const file = options.text('keys-file');
  if (file !== undefined) checkKeysFile(file);
  const type = options.text('sign-type') ?? DEFAULT_TYPE;
  const files = file === undefined ? [] : [file];
  return { type, keys: options.list('sign'), files, gpgKeys: [], gpgHome: undefined };
}

const verifyOptions = (options: OptionValues, keys: readonly string[]): VerifyOptions => ({
  type: options.text('sign-type') ?? DEFAULT_TYPE,
  keys,
  file: options.text('keys-file'),
  directory: options.text('keys-dir'),
});

/** Verifies with the keys that are named, else with those of the system. Without either nothing is verified: false. */
async function verifyNamed(
  signed: NonNullable<OpenDelta['signed']>,
  settings: VerifyOptions,
  options: OptionValues,
  ctx: Context,
): Promise<boolean> {
  const { type, keys, file, directory } = settings;
  const named = options.flag('sign-type') || keys.length > 0 || file !== undefined || directory !== undefined;
  if (!named && !(await hasSystemKeys(type, ctx))) return false;
  await verifySigned(signed, settings, ctx);
  return true;
}

async function verifySigned(
  { bytes, signatures }: NonNullable<OpenDelta['signed']>,
  options: VerifyOptions,
  ctx: Context,
): Promise<void> {
  if (options.file !== undefined) checkKeysFile(options.file);
  const verifier = await signVerifier(ctx, options.type);
  if (!signatures.has(verifier.metadataKey)) {
    throw new VerbError(`no signature for '${verifier.metadataKey}' in static-delta superblock`);
  }
  await verifyBytes(verifier, options.type, bytes, signatures, await allSources(verifier, options), ctx);
}

function endianness(options: OptionValues): Endianness {
  const text = options.text('set-endianness') ?? 'l';
  if (text !== 'l' && text !== 'B') throw new VerbError(`Invalid endianness '${text}'`);
  return (text === 'l') === options.flag('swap-endianness') ? 'big' : 'little';
}

function megabytes<K extends string>(options: OptionValues, name: string, key: K): { [P in K]?: number } {
  const text = options.text(name);
  const found: { [P in K]?: number } = {};
  if (text !== undefined) found[key] = (Number.parseInt(text, 10) || 0) * MEGABYTE;
  return found;
}
