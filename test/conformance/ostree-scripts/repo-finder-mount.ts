/**
 * Stands in for the helper of libostree's tests that looks for refs on a directory as if it were a mounted volume, with our finder:
 *
 *   node repo-finder-mount.ts REPO MOUNT-ROOT COLLECTION-ID REF [COLLECTION-ID REF ...]
 */
import { parseCollectionRefs } from '../../../plugins/store-ostree/src/cli/collection-refs.ts';
import { localContext } from '../../../plugins/store-ostree/src/cli/local-context.ts';
import { findRemotes, mountFinder } from '../../../plugins/store-ostree/src/finders/index.ts';
import { Repository } from '../../../plugins/store-ostree/src/repo/repository.ts';

const [repo, root, ...words] = process.argv.slice(2);
if (repo === undefined || root === undefined || words.length < 2) {
  throw new Error('REPO, MOUNT-ROOT and COLLECTION-ID REF pairs must be given');
}
const refs = parseCollectionRefs(words);
const results = await findRemotes(Repository.open(repo), refs, [mountFinder([{ path: root }])], {}, localContext());
for (const [index, result] of results.entries()) {
  for (const { collection, ref, commit } of result.refs) {
    if (commit !== null) process.stdout.write(`${index} ${result.name} ${collection} ${ref} ${commit}\n`);
  }
}
