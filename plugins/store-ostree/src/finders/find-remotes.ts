import type { Context } from '@ostrata/contract';
import type { Checksum } from '../codec/checksum.ts';
import { decodeCommit } from '../codec/commit.ts';
import { storeError } from '../errors.ts';
import { fetchCommit, fetchSummary, findRemote } from '../remote/index.ts';
import { parseRefSpec } from '../repo/refs.ts';
import type { Repository } from '../repo/repository.ts';
import { SUMMARY_KEY, type Summary, type SummaryRef, summaryCollections, summaryTime } from '../summary/index.ts';
import {
  type Finder,
  type FinderResult,
  type FindOptions,
  type FoundRemote,
  refKey,
  refOrder,
  type WantedRef,
} from './found.ts';
import { unlessBroken } from './unless-broken.ts';

/** The settings of a pull from a place: of a configured remote as it is configured, else of its URL without summary signatures. */
export const placeOptions = ({ dynamic, url }: FoundRemote) =>
  dynamic ? { url, demands: { commits: [['gpg']], summaries: [] } } : {};

interface Candidate {
  readonly place: FoundRemote;
  readonly lastModified: number;
  /** The refs that the place has of those that are wanted, by key. */
  readonly commits: ReadonlyMap<string, Checksum>;
}

/**
 * Finds the places that have the newest commits of collection refs, the best first (ostree-repo-pull.c, `find_remotes_cb`): those that
 * have an older commit of a ref than another place do not count for it. @throws OSTREE_PULL_MISSING
 */
export async function findRemotes(
  repo: Repository,
  refs: readonly WantedRef[],
  finders: readonly Finder[],
  options: FindOptions,
  ctx: Context,
): Promise<FinderResult[]> {
  const places = (await Promise.all(finders.map((finder) => finder.find(repo, refs, options, ctx)))).flat();
  places.sort((a, b) => a.priority - b.priority || compareText(a.name, b.name));
  const ages = new CommitAges(repo);
  const candidates: Candidate[] = [];
  for (const place of places) {
    const signed = await unlessBroken(ctx, () =>
      fetchSummary(repo, place.remote, { ...options, ...placeOptions(place) }, ctx),
    );
    const candidate = signed && readCandidate(repo, place, signed.summary, refs, ages);
    if (candidate) candidates.push(candidate);
  }
  await ages.fill(candidates, ctx);
  const newest = new Map(refs.map((ref) => [refKey(ref), ages.newest(candidates, refKey(ref))]));
  return candidates
    .map(({ place, lastModified, commits }): FinderResult => {
      const ordered = refOrder(refs).map((ref) => {
        const commit = commits.get(refKey(ref));
        return { ...ref, commit: commit !== undefined && commit === newest.get(refKey(ref)) ? commit : null };
      });
      return { ...place, lastModified, refs: ordered };
    })
    .filter(({ refs: found }) => found.some(({ commit }) => commit !== null))
    .sort(compareResults);
}

/** As ostree_repo_finder_result_compare. */
function compareResults(a: FinderResult, b: FinderResult): number {
  const modified = a.lastModified !== 0 && b.lastModified !== 0 ? a.lastModified - b.lastModified : 0;
  const count = ({ refs }: FinderResult) => refs.filter(({ commit }) => commit !== null).length;
  return a.priority - b.priority || modified || count(a) - count(b) || compareText(a.name, b.name);
}

const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a place says of the refs; undefined where its summary contradicts what is known, or has names that are none. */
function readCandidate(
  repo: Repository,
  place: FoundRemote,
  summary: Summary,
  refs: readonly WantedRef[],
  ages: CommitAges,
): Candidate | undefined {
  const wanted = new Set(refs.map(refKey));
  const own = findRemote(repo, place.remote).options.get('collection-id');
  const commits = new Map<string, Checksum>();
  for (const [collection, entries] of summaryCollections(summary)) {
    // Of a volume only refs that the keys of the remote vouch for.
    if (place.dynamic && collection !== own) continue;
    for (const entry of entries) {
      const spec = parseRefSpec(entry.name);
      if (!spec || spec.remote !== undefined) return undefined;
      const key = refKey({ collection, ref: entry.name });
      if (!wanted.has(key)) continue;
      if (!ages.note(entry)) return undefined;
      commits.set(key, entry.commit);
    }
  }
  return { place, lastModified: summaryTime(summary.metadata, SUMMARY_KEY.lastModified) ?? 0, commits };
}

/** The last second that a GDateTime can hold; later times count as unknown. */
const LAST_SECOND = 253_402_300_799;

/** When commits were made, as far as it is known. */
class CommitAges {
  readonly #repo: Repository;
  /** By commit; the time is 0 where it is not known. */
  readonly #commits = new Map<Checksum, { readonly size: number; time: number }>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** Takes over what a summary says of a commit. False where that contradicts what is known of it. */
  note({ commit, size, metadata }: SummaryRef): boolean {
    const said = summaryTime(metadata, SUMMARY_KEY.commitTimestamp) ?? 0;
    const time = said > LAST_SECOND ? 0 : said;
    let known = this.#commits.get(commit);
    if (!known) {
      const stored = this.#repo.find(commit, 'commit') !== undefined;
      known = { size, time: stored ? Number(this.#repo.readCommit(commit).timestamp) : 0 };
      this.#commits.set(commit, known);
    }
    if (known.time === 0) known.time = time;
    return (time === 0 || time === known.time) && size === known.size;
  }

  /** Fetches the commits whose summaries say no time. @throws OSTREE_PULL_MISSING */
  async fill(candidates: readonly Candidate[], ctx: Context): Promise<void> {
    for (const [commit, known] of this.#commits) {
      if (known.time !== 0) continue;
      const places = candidates.filter(({ commits }) => [...commits.values()].includes(commit));
      let bytes: Uint8Array | null | undefined;
      for (const { place } of places) {
        bytes ??= await unlessBroken(ctx, () =>
          fetchCommit(this.#repo, place.remote, commit, placeOptions(place), ctx),
        );
      }
      if (!bytes && places.length === 0) continue;
      if (!bytes) {
        throw storeError('OSTREE_PULL_MISSING', `Metadata not found for commit ‘${commit}’`, {
          hint: 'The repository that lists it is not complete: run a check there.',
          data: { commit },
        });
      }
      known.time = Number(decodeCommit(bytes).timestamp);
    }
  }

  /** The newest commit that the places have of a ref; of equally new ones that of the best place. */
  newest(candidates: readonly Candidate[], key: string): Checksum | undefined {
    let newest: Checksum | undefined;
    for (const { commits } of candidates) {
      const commit = commits.get(key);
      if (commit === undefined) continue;
      if (newest === undefined || this.#commits.get(commit)!.time > this.#commits.get(newest)!.time) newest = commit;
    }
    return newest;
  }
}
