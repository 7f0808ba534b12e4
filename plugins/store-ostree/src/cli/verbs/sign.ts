import type { Context } from '@ostrata/contract';
import type { Checksum } from '../../codec/checksum.ts';
import type { Repository } from '../../repo/repository.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import { detachedMetadata, writeDetachedMetadata } from '../signing/commit.ts';
import { checkKeysFile } from '../signing/keys-file.ts';
import {
  DEFAULT_TYPE,
  inlineKey,
  secretKeys,
  signaturesUnder,
  signSigner,
  signVerifier,
  withMore,
  withOnly,
} from '../signing/mechanism.ts';
import { fileSources, type VerifyOptions, verifyBytes } from '../signing/verify.ts';
import type { Verb } from '../verb.ts';

export const sign: Verb = {
  usage: 'COMMIT KEY-ID...',
  options: [
    { name: 'delete', char: 'd', kind: 'flag', summary: 'Delete signatures having any of the KEY-IDs' },
    { name: 'verify', kind: 'flag', summary: 'Verify signatures' },
    {
      name: 'sign-type',
      char: 's',
      kind: 'text',
      summary: "Signature type to use (defaults to 'ed25519')",
      value: 'NAME',
    },
    { name: 'keys-file', kind: 'text', summary: 'Read key(s) from file', value: 'NAME' },
    {
      name: 'keys-dir',
      kind: 'text',
      summary: 'Redefine system-wide directories with public and revoked keys for verification',
      value: 'NAME',
    },
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const [rev, ...keys] = args;
    if (rev === undefined) throw usageError(call, 'Need a COMMIT to sign or verify');
    const file = options.text('keys-file');
    if (!options.flag('verify') && file === undefined && keys.length === 0) {
      throw usageError(call, 'Need at least one KEY-ID to sign with');
    }
    const repo = openRepository(call.repo);
    const commit = resolve(repo, rev);
    const settings = {
      type: options.text('sign-type') ?? DEFAULT_TYPE,
      keys,
      file,
      directory: options.text('keys-dir'),
    };
    await terminal.withContext(async (ctx) => {
      if (options.flag('verify')) terminal.out(`${await verifyCommit(repo, commit, settings, ctx)}\n`);
      else if (options.flag('delete')) {
        terminal.out(`Signatures deleted: ${await deleteSignatures(repo, commit, settings, ctx)}\n`);
      } else await signCommit(repo, commit, settings, ctx);
    });
  },
};

async function signCommit(repo: Repository, commit: Checksum, options: VerifyOptions, ctx: Context): Promise<void> {
  const signer = await signSigner(ctx, options.type);
  if (options.file !== undefined) checkKeysFile(options.file);
  const made = await signer.sign(repo.readMetadata(commit, 'commit'), secretKeys(options.keys, options.file), ctx);
  const metadata = detachedMetadata(repo, commit) ?? new Map();
  writeDetachedMetadata(repo, commit, withMore(metadata, signer.metadataKey, made));
}

/** Each key of the command line by itself, then those of files: the first good signature ends it. */
async function verifyCommit(repo: Repository, commit: Checksum, options: VerifyOptions, ctx: Context): Promise<string> {
  const verifier = await signVerifier(ctx, options.type);
  const bytes = repo.readMetadata(commit, 'commit');
  const metadata = detachedMetadata(repo, commit);
  for (const key of options.keys) {
    try {
      return await verifyBytes(verifier, options.type, bytes, metadata, [inlineKey(key)], ctx);
    } catch (error) {
      // As in libostree, a key that does not fit or is none says nothing of the others.
      ctx.signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
    }
  }
  if (options.keys.length > 0 && options.file === undefined) throw new VerbError('No valid signatures found');
  if (options.file !== undefined) checkKeysFile(options.file);
  return verifyBytes(verifier, options.type, bytes, metadata, await fileSources(verifier, options), ctx);
}

/** Deletes the signatures that public keys fit to, and gives their number. */
async function deleteSignatures(
  repo: Repository,
  commit: Checksum,
  options: VerifyOptions,
  ctx: Context,
): Promise<number> {
  const verifier = await signVerifier(ctx, options.type);
  if (options.file !== undefined) checkKeysFile(options.file);
  const metadata = detachedMetadata(repo, commit);
  const before = signaturesUnder(metadata, verifier.metadataKey) ?? [];
  if (metadata === undefined || before.length === 0) return 0;
  const sources = [...options.keys.map(inlineKey), ...(options.file === undefined ? [] : [options.file])];
  const found = await verifier.verify(repo.readMetadata(commit, 'commit'), before, sources, ctx);
  const kept = before.filter((_, index) => found[index]?.verdict !== 'good');
  writeDetachedMetadata(repo, commit, withOnly(metadata, verifier.metadataKey, kept));
  return before.length - kept.length;
}
