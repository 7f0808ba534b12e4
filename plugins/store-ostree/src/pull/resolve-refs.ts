import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { isCollectionId } from '../repo/collections.ts';
import { collectionRefs, KEY, type Summary, summaryText } from '../summary/codec.ts';
import { checkedRef, type RefName } from './ref-name.ts';
import type { PullSource } from './source.ts';

/** A commit that is to be pulled, with the ref it is pulled for. */
export interface WantedCommit {
  /** As it was asked for. */
  readonly rev: string;
  readonly ref: RefName | null;
  readonly commit: Checksum;
}

/** The commits of revisions: refs by the summary, else by their files; `REF@CHECKSUM`; checksums. @throws OSTREE_PULL_REF */
export async function resolveRevs(
  source: PullSource,
  revs: readonly string[],
  summary: Summary | null,
): Promise<WantedCommit[]> {
  const wanted: WantedCommit[] = [];
  for (const rev of revs) {
    if (isChecksum(rev)) {
      wanted.push({ rev, ref: null, commit: rev });
      continue;
    }
    const at = rev.lastIndexOf('@');
    const ref = checkedRef(at < 0 ? rev : rev.slice(0, at));
    if (at >= 0) {
      wanted.push({ rev, ref: { collection: null, ref }, commit: checksumOf(rev, rev.slice(at + 1)) });
      continue;
    }
    if (summary) {
      const found = summary.refs.find(({ name }) => name === ref);
      if (!found) throw unknownRef(`No such branch '${ref}' in repository summary of ${source.name}`, ref);
      wanted.push({ rev, ref: { collection: mainCollection(summary), ref }, commit: found.commit });
      continue;
    }
    const commit = await source.ref({ collection: null, ref });
    if (commit === null) throw unknownRef(`Refspec '${ref}' not found at ${source.name}${source.absence}`, ref);
    wanted.push({ rev, ref: { collection: null, ref }, commit });
  }
  return wanted;
}

/** All refs of a summary, those of other collections as well. */
export function allRefs(summary: Summary): WantedCommit[] {
  const main = mainCollection(summary);
  const own = summary.refs.map(({ name, commit }) => wantedRef(main, name, commit, checkedRef(name)));
  const others = [...collectionRefs(summary)].flatMap(([collection, refs]) =>
    refs.map(({ name, commit }) =>
      wantedRef(checkedCollection(collection), name, commit, `${collection}:${checkedRef(name)}`),
    ),
  );
  return [...own, ...others];
}

const wantedRef = (collection: string | null, ref: string, commit: Checksum, rev: string): WantedCommit => ({
  rev,
  ref: { collection, ref },
  commit,
});

function mainCollection(summary: Summary): string | null {
  const id = summaryText(summary, KEY.collectionId);
  return id === undefined ? null : checkedCollection(id);
}

function checkedCollection(id: string): string {
  if (isCollectionId(id)) return id;
  throw storeError(
    'OSTREE_SUMMARY_INVALID',
    `A summary names the collection ${JSON.stringify(id)}, which is no name for one.`,
    {
      hint: 'Collections are named as org.example.Name.',
      data: { collection: id },
    },
  );
}

function checksumOf(rev: string, text: string): Checksum {
  if (isChecksum(text)) return text;
  throw storeError('OSTREE_PULL_REF', `${JSON.stringify(rev)} does not end with the checksum of a commit.`, {
    hint: 'Give REF, or REF@ and all 64 digits of a checksum.',
    data: { rev },
  });
}

const unknownRef = (message: string, ref: string) =>
  storeError('OSTREE_PULL_REF', `${message}.`, {
    hint: 'List the refs of the remote with `remote refs`, if it has a summary.',
    data: { ref },
  });
