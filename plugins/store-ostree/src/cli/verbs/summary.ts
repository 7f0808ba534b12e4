import { join } from 'node:path';
import type { Context } from '@ostrata/contract';
import { type CommitObject, encodeCommit } from '../../codec/commit.ts';
import type { Variant } from '../../codec/gvariant/index.ts';
import { variant } from '../../codec/gvariant/index.ts';
import { parseVariant } from '../../codec/gvariant-text/parse.ts';
import { hashOrder } from '../../codec/hash-order.ts';
import { S_IFDIR } from '../../codec/mode.ts';
import { NO_XATTRS } from '../../codec/xattrs.ts';
import { ownCollection } from '../../repo/collections.ts';
import type { Repository } from '../../repo/repository.ts';
import { WriteSession } from '../../store/session.ts';
import {
  parseSummary,
  readSummarySignature,
  summaryFile,
  updateSignedSummary,
  updateSummary,
} from '../../summary/index.ts';
import { COLLECTION_BINDING, REF_BINDING } from '../bindings.ts';
import { dumpSummary } from '../dump-summary.ts';
import { VerbError } from '../error.ts';
import { errorText } from '../error-text.ts';
import { localContext } from '../local-context.ts';
import { openRepository } from '../open.ts';
import { tryResolve } from '../resolve.ts';
import { setCollectionRef } from '../set-ref.ts';
import { localSummarySignatures } from '../signing/show.ts';
import { GPG_OPTIONS, isSigned, SIGN_OPTIONS, type SigningKeys, signBytes, signingKeys } from '../signing/sign.ts';
import { dumpSummaryKeys, KEY_OPTIONS } from '../summary-keys.ts';
import type { Verb } from '../verb.ts';

/** The ref under which a collection keeps metadata of the repository (ostree-repo.h, OSTREE_REPO_METADATA_REF). */
const METADATA_REF = 'ostree-metadata';

export const summary: Verb = {
  usage: '',
  options: [
    { name: 'update', char: 'u', kind: 'flag', summary: 'Update the summary' },
    { name: 'view', char: 'v', kind: 'flag', summary: 'View the local summary file' },
    { name: 'raw', kind: 'flag', summary: 'View the raw bytes of the summary file' },
    ...KEY_OPTIONS,
    ...GPG_OPTIONS,
    ...SIGN_OPTIONS,
    {
      name: 'add-metadata',
      char: 'm',
      kind: 'list',
      summary: 'Additional metadata field to add to the summary',
      value: 'KEY=VALUE',
    },
  ],
  async run({ repo: path, options, terminal }) {
    const repo = openRepository(path);
    if (options.flag('update')) {
      const now = Math.floor(Date.now() / 1000);
      const metadata = additionalMetadata(options.list('add-metadata'));
      const collection = ownCollection(repo);
      const keys = signingKeys(options);
      const update = async (ctx: Context) => {
        if (collection !== undefined) await writeMetadataCommit(repo, collection, metadata, { now, keys, ctx });
        if (!isSigned(keys)) updateSummary(repo, { now, metadata });
        else await updateSignedSummary(repo, { now, metadata }, (bytes) => signBytes(bytes, new Map(), keys, ctx));
      };
      await (isSigned(keys) ? terminal.withContext(update) : update(localContext()));
      return;
    }
    const view = options.flag('view') || options.flag('raw');
    if (!view && KEY_OPTIONS.every(({ name }) => !options.flag(name))) {
      throw new VerbError('No option specified; use -u to update summary');
    }
    const bytes = summaryFile(repo);
    if (bytes === undefined) throw new VerbError('openat(summary): No such file or directory');
    if (view) {
      terminal.out(dumpSummary(bytes, { raw: options.flag('raw') }));
      const signatures = readSummarySignature(repo);
      const home = options.text('gpg-homedir');
      // Only libostree 2023 and later says who has signed: output without that option stays what it was.
      if (options.flag('raw') || home === undefined || !signatures) return;
      terminal.out(await terminal.withContext((ctx) => localSummarySignatures(repo, bytes, signatures, home, ctx)));
    } else terminal.out(dumpSummaryKeys(parseSummary(bytes, join(repo.path, 'summary')), options)!);
  },
};

function additionalMetadata(words: readonly string[]): Map<string, Variant> {
  const metadata = new Map<string, Variant>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) throw new VerbError(`Missing '=' in KEY=VALUE metadata '${word}'`);
    const text = word.slice(equals + 1);
    try {
      metadata.set(word.slice(0, equals), parseVariant(text));
    } catch (error) {
      throw new VerbError(`Error parsing variant ‘${text}’: : ${errorText(error)}`, { cause: error });
    }
  }
  return metadata;
}

/** The metadata once more, as a commit without files that can be signed and pulled like any other. */
async function writeMetadataCommit(
  repo: Repository,
  collection: string,
  additional: ReadonlyMap<string, Variant>,
  { now, keys, ctx }: { readonly now: number; readonly keys: SigningKeys; readonly ctx: Context },
): Promise<void> {
  const metadata = new Map(additional);
  metadata.set(COLLECTION_BINDING, variant('s', collection));
  metadata.set(REF_BINDING, variant('as', [METADATA_REF]));
  const session = new WriteSession(repo);
  try {
    const { writer } = session;
    const object: CommitObject = {
      metadata: new Map(hashOrder(metadata.keys()).map((key) => [key, metadata.get(key)!])),
      parent: tryResolve(repo, METADATA_REF),
      related: [],
      subject: '',
      body: '',
      timestamp: BigInt(now),
      tree: writer.writeDirTree({ files: new Map(), dirs: new Map() }),
      meta: writer.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS }),
    };
    const id = writer.writeCommit(object);
    if (isSigned(keys)) writer.writeCommitMeta(id, await signBytes(encodeCommit(object), new Map(), keys, ctx));
    session.flush();
    setCollectionRef(repo, collection, METADATA_REF, id);
  } finally {
    session.close();
  }
}
