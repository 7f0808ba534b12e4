import type { CommitMeta } from '@ostrata/contract';
import type { CommitObject } from '../codec/commit.ts';
import type { DirEntry } from '../codec/dir-tree.ts';
import { variant } from '../codec/gvariant/index.ts';
import { storeError } from '../errors.ts';
import { metadataFromJson } from './metadata.ts';

/** The refs that a commit says it is meant for, as `ostree commit` notes them: a pull under another name is refused. */
const REF_BINDING = 'ostree.ref-binding';

export function commitObject(root: DirEntry, meta: CommitMeta, options: { bindRef: boolean }): CommitObject {
  if (!Number.isSafeInteger(meta.timestamp) || meta.timestamp < 0) {
    throw storeError('OSTREE_OBJECT_INVALID', `A commit cannot have the timestamp ${meta.timestamp}.`, {
      hint: 'Give whole seconds since 1970.',
      data: { timestamp: meta.timestamp },
    });
  }
  const metadata = new Map(metadataFromJson(meta.metadata));
  if (options.bindRef && meta.ref !== null && !metadata.has(REF_BINDING)) {
    metadata.set(REF_BINDING, variant('as', [meta.ref]));
  }
  return {
    metadata,
    parent: meta.parent ?? undefined,
    related: [],
    subject: meta.subject,
    body: meta.body,
    timestamp: BigInt(meta.timestamp),
    tree: root.tree,
    meta: root.meta,
  };
}
