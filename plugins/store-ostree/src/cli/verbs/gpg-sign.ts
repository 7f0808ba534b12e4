import type { Context } from '@ostrata/contract';
import type { Checksum } from '../../codec/checksum.ts';
import type { Repository } from '../../repo/repository.ts';
import { usageError } from '../error.ts';
import { openRepository } from '../open.ts';
import { resolve } from '../resolve.ts';
import { detachedMetadata, writeDetachedMetadata } from '../signing/commit.ts';
import { DEFAULT_TYPE, gpg, signaturesUnder, withOnly } from '../signing/mechanism.ts';
import { signBytes } from '../signing/sign.ts';
import type { Verb } from '../verb.ts';

export const gpgSign: Verb = {
  usage: 'COMMIT KEY-ID...',
  options: [
    { name: 'delete', char: 'd', kind: 'flag', summary: 'Delete signatures having any of the GPG KEY-IDs' },
    { name: 'gpg-homedir', kind: 'text', summary: 'GPG Homedir to use when looking for keyrings', value: 'HOMEDIR' },
  ],
  async run(call) {
    const { args, options, terminal } = call;
    const [rev, ...ids] = args;
    if (rev === undefined) throw usageError(call, 'Need a COMMIT to sign');
    if (ids.length === 0) throw usageError(call, 'Need at least one GPG KEY-ID to sign with');
    const repo = openRepository(call.repo);
    const commit = resolve(repo, rev);
    await terminal.withContext(async (ctx) => {
      if (options.flag('delete')) {
        terminal.out(`Signatures deleted: ${await deleteSignatures(repo, commit, ids, ctx)}\n`);
        return;
      }
      const bytes = repo.readMetadata(commit, 'commit');
      for (const id of ids) {
        const keys = { type: DEFAULT_TYPE, keys: [], files: [], gpgKeys: [id], gpgHome: options.text('gpg-homedir') };
        const metadata = detachedMetadata(repo, commit) ?? new Map();
        writeDetachedMetadata(repo, commit, await signBytes(bytes, metadata, keys, ctx, { repository: repo.path }));
      }
    });
  },
};

/** Deletes the first signature of each key, as libostree does, and gives their number. Keys that have not signed are passed over. */
async function deleteSignatures(
  repo: Repository,
  commit: Checksum,
  ids: readonly string[],
  ctx: Context,
): Promise<number> {
  const { verifier } = await gpg(ctx);
  const metadata = detachedMetadata(repo, commit);
  const before = signaturesUnder(metadata, verifier.metadataKey) ?? [];
  if (metadata === undefined || before.length === 0) return 0;
  const keys = await verifier.trusted({ repository: repo.path, remote: null, options: {} });
  const bytes = repo.readMetadata(commit, 'commit');
  const makers = await Promise.all(before.map((signature) => verifier.verify(bytes, [signature], keys, ctx)));
  const gone = new Set<number>();
  for (const id of ids) {
    const index = makers.findIndex((found) => found.some((signature) => verifier.isBy(signature, id)));
    if (index >= 0) gone.add(index);
  }
  const kept = before.filter((_, index) => !gone.has(index));
  writeDetachedMetadata(repo, commit, withOnly(metadata, verifier.metadataKey, kept));
  return gone.size;
}
