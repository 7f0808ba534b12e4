import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variant } from '../../codec/gvariant/index.ts';
import { variant } from '../../codec/gvariant/index.ts';
import { parseVariant } from '../../codec/gvariant-text/parse.ts';
import { hashOrder } from '../../codec/hash-order.ts';
import { S_IFDIR } from '../../codec/mode.ts';
import { NO_XATTRS } from '../../codec/xattrs.ts';
import { ownCollection } from '../../repo/collections.ts';
import type { Repository } from '../../repo/repository.ts';
import { WriteSession } from '../../store/session.ts';
import { updateSummary } from '../../summary/index.ts';
import { COLLECTION_BINDING, REF_BINDING } from '../bindings.ts';
import { dumpSummary } from '../dump-summary.ts';
import { errorText, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import { tryResolve } from '../resolve.ts';
import { setCollectionRef } from '../set-ref.ts';
import type { Verb } from '../verb.ts';

/** The ref under which a collection keeps metadata of the repository (ostree-repo.h, OSTREE_REPO_METADATA_REF). */
const METADATA_REF = 'ostree-metadata';

export const summary: Verb = {
  usage: '',
  options: [
    { name: 'update', char: 'u', kind: 'flag', summary: 'Update the summary' },
    { name: 'view', char: 'v', kind: 'flag', summary: 'View the local summary file' },
    { name: 'raw', kind: 'flag', summary: 'View the raw bytes of the summary file' },
    {
      name: 'add-metadata',
      char: 'm',
      kind: 'list',
      summary: 'Additional metadata field to add to the summary',
      value: 'KEY=VALUE',
    },
  ],
  run({ repo: path, options, terminal }) {
    const repo = openRepository(path);
    if (options.flag('update')) {
      const now = Math.floor(Date.now() / 1000);
      const metadata = additionalMetadata(options.list('add-metadata'));
      const collection = ownCollection(repo);
      if (collection !== undefined) writeMetadataCommit(repo, collection, metadata, now);
      updateSummary(repo, { now, metadata });
      return;
    }
    if (!options.flag('view') && !options.flag('raw')) {
      throw new VerbError('No option specified; use -u to update summary');
    }
    terminal.out(dumpSummary(readFileSync(join(repo.path, 'summary')), { raw: options.flag('raw') }));
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
function writeMetadataCommit(
  repo: Repository,
  collection: string,
  additional: ReadonlyMap<string, Variant>,
  now: number,
): void {
  const metadata = new Map(additional);
  metadata.set(COLLECTION_BINDING, variant('s', collection));
  metadata.set(REF_BINDING, variant('as', [METADATA_REF]));
  const session = new WriteSession(repo);
  try {
    const { writer } = session;
    const id = writer.writeCommit({
      metadata: new Map(hashOrder(metadata.keys()).map((key) => [key, metadata.get(key)!])),
      parent: tryResolve(repo, METADATA_REF),
      related: [],
      subject: '',
      body: '',
      timestamp: BigInt(now),
      tree: writer.writeDirTree({ files: new Map(), dirs: new Map() }),
      meta: writer.writeDirMeta({ uid: 0, gid: 0, mode: S_IFDIR | 0o755, xattrs: NO_XATTRS }),
    });
    session.flush();
    setCollectionRef(repo, collection, METADATA_REF, id);
  } finally {
    session.close();
  }
}
