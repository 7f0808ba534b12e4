import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { storeError } from '../errors.ts';
import { isCollectionId } from '../repo/collections.ts';
import { collectionRefs, KEY, type Summary, summaryText } from '../summary/codec.ts';
import { LocalSource } from './local-source.ts';
import { checkedRef, type RefName } from './ref-name.ts';
import type { PullSource } from './source.ts';

/** A commit that is to be pulled, with the ref it is pulled for. */
export interface WantedCommit {
  /** As it was asked for. */
  readonly rev: string;
  readonly ref: RefName | null;
  readonly commit: Checksum;
}

/**
 * The commits of revisions: refs by the summary, else by their files; `COLLECTION:REF`; either with `@CHECKSUM`; checksums.
 * @throws OSTREE_PULL_REF
 */
export async function resolveRevs(
  source: PullSource,
  revs: readonly string[],
  summary: Summary | null,
): Promise<WantedCommit[]> {
  const wanted: WantedCommit[] = [];
  const local = localCollection(source);
  for (const rev of revs) {
    if (isChecksum(rev)) {
      wanted.push({ rev, ref: null, commit: rev });
      continue;
    }
    const at = rev.lastIndexOf('@');
    const name = at < 0 ? rev : rev.slice(0, at);
    const colon = name.indexOf(':');
    const collection = isCollectionId(name.slice(0, Math.max(colon, 0))) ? name.slice(0, colon) : null;
    const ref = checkedRef(collection === null ? name : name.slice(colon + 1));
    if (at >= 0) {
      wanted.push({ rev, ref: { collection, ref }, commit: checksumOf(rev, rev.slice(at + 1)) });
      continue;
    }
    if (collection !== null) {
      wanted.push({ rev, ref: { collection, ref }, commit: await collectionRef(source, { collection, ref }, summary) });
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
    wanted.push({ rev, ref: { collection: local, ref }, commit });
  }
  return wanted;
}

/** The collection of the refs of a repository on this machine. As in libostree it has one once it has a summary. */
function localCollection(source: PullSource): string | null {
  if (!(source instanceof LocalSource) || !hasSummary(source)) return null;
  return source.collection ?? null;
}

const hasSummary = ({ repo }: LocalSource): boolean => existsSync(join(repo.path, 'summary'));

async function collectionRef(
  source: PullSource,
  name: RefName & { readonly collection: string },
  summary: Summary | null,
): Promise<Checksum> {
  const { collection, ref } = name;
  if (!summary) {
    const commit = await source.ref(name);
    if (commit !== null) return commit;
    throw unknownCollectionRef(name, source);
  }
  const refs = mainCollection(summary) === collection ? summary.refs : (collectionRefs(summary).get(collection) ?? []);
  const found = refs.find((entry) => entry.name === ref);
  if (found) return found.commit;
  throw unknownCollectionRef(name, source);
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
  throw storeError('OSTREE_SUMMARY_INVALID', `${JSON.stringify(id)} is no name for a collection.`, {
    hint: 'Collections are named as org.example.Name.',
    data: { collection: id },
  });
}

function checksumOf(rev: string, text: string): Checksum {
  if (isChecksum(text)) return text;
  throw storeError('OSTREE_PULL_REF', `${JSON.stringify(rev)} does not end with the checksum of a commit.`, {
    hint: 'Give REF, or REF@ and all 64 digits of a checksum.',
    data: { rev },
  });
}

/** In libostree's words, which are others for repositories with a summary. */
function unknownCollectionRef({ collection, ref }: RefName, source: PullSource) {
  const listed = !(source instanceof LocalSource) || hasSummary(source);
  const message = listed
    ? `No such branch (${collection}, ${ref}) in repository summary`
    : `Collection–ref (${collection}, ${ref}) not found`;
  return storeError('OSTREE_PULL_REF', message, {
    hint: 'List the refs there with `refs --collections`, or in its summary.',
    data: { collection, ref, from: source.name },
  });
}

const unknownRef = (message: string, ref: string) =>
  storeError('OSTREE_PULL_REF', `${message}.`, {
    hint: 'List the refs of the remote with `remote refs`, if it has a summary.',
    data: { ref },
  });
