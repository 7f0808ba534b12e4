import { fetchSummary, listRemotes, remoteUrl } from '../remote/index.ts';
import { isCollectionId } from '../repo/collections.ts';
import { summaryCollections } from '../summary/index.ts';
import type { Finder, FoundRemote } from './found.ts';
import { unlessBroken } from './unless-broken.ts';

/** libostree's number for configured remotes: after all others. */
const PRIORITY = 100;

/** Finds configured remotes with a `collection-id` whose summaries list refs of that collection. */
export const configFinder: Finder = {
  async find(repo, refs, options, ctx) {
    const found: FoundRemote[] = [];
    for (const remote of listRemotes(repo)) {
      const { name } = remote;
      const collection = remote.options.get('collection-id');
      if (collection === undefined || !isCollectionId(collection)) continue;
      const signed = await unlessBroken(ctx, () => fetchSummary(repo, name, options, ctx));
      const listed = signed && summaryCollections(signed.summary).get(collection);
      const names = new Set(listed?.map((entry) => entry.name));
      if (!refs.some((ref) => ref.collection === collection && names.has(ref.ref))) continue;
      const url = remoteUrl(remote);
      found.push({
        finder: 'OstreeRepoFinderConfig',
        priority: PRIORITY,
        name,
        url,
        remote: name,
        dynamic: false,
      });
    }
    return found;
  },
};
