import type { WantedRef } from '../finders/index.ts';
import { isCollectionId } from '../repo/collections.ts';
import { parseRefSpec } from '../repo/refs.ts';
import { VerbError } from './error.ts';

/** Words of a command line that are collections and refs by turns. */
export function parseCollectionRefs(words: readonly string[]): WantedRef[] {
  const refs: WantedRef[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [collection, ref] = [words[at]!, words[at + 1]!];
    if (!isCollectionId(collection)) throw new VerbError(`Invalid collection ID ${collection}`);
    const spec = parseRefSpec(ref);
    if (!spec || spec.remote !== undefined) throw new VerbError(`Invalid ref name ${ref}`);
    refs.push({ collection, ref });
  }
  return refs;
}
