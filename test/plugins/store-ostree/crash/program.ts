import type { OstreeStore } from '../../../../plugins/store-ostree/src/store/ostree-store.ts';
import { commitMeta, stores, testContext } from '../support.ts';
import { callsMade, killBefore } from './kill-at.ts';

/** What a test has done in a process of its own that is killed before its `kill`th change of the file system; Infinity lets it live. */
export interface Program {
  readonly repository: string;
  readonly action: 'commit' | 'prune' | 'pull';
  /** The directory to commit, or the repository to pull from. */
  readonly from: string;
  readonly kill: number | null;
}

const { repository, action, from, kill } = JSON.parse(process.argv[2]!) as Program;
const store = (await stores({ refBinding: false }).open(repository)) as OstreeStore;
killBefore(kill ?? Infinity);
let commit: string | undefined;
switch (action) {
  case 'commit': {
    const tree = await store.importDirectory(from);
    commit = await store.commit(tree, commitMeta());
    await store.setRef('new', commit);
    await store.setRef('old', commit);
    break;
  }
  case 'prune':
    await store.setRef('gone', null);
    await store.prune();
    break;
  case 'pull':
    commit = (await store.pull(from, ['old'], testContext())).get('old');
    break;
}
store.close();
process.stdout.write(JSON.stringify({ commit: commit ?? null, calls: callsMade() }));
