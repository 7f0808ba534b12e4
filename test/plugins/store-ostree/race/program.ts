import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OstreeStore } from '../../../../plugins/store-ostree/src/store/ostree-store.ts';
import { commitMeta, stores } from '../support.ts';

/** Commits a directory that it changes again and again, and prunes now and then, until a file says stop. */
export interface Program {
  readonly repository: string;
  readonly directory: string;
  readonly ref: string;
  readonly stop: string;
  readonly pruneEvery: number;
}

const { repository, directory, ref, stop, pruneEvery } = JSON.parse(process.argv[2]!) as Program;
let round = 0;
for (; !existsSync(stop); round++) {
  const store = (await stores().open(repository)) as OstreeStore;
  try {
    writeFileSync(join(directory, 'changing'), `${ref} ${round}`);
    writeFileSync(join(directory, 'common'), String(round));
    const tree = await store.importDirectory(directory);
    await store.commit(tree, commitMeta({ ref: null, timestamp: round }));
    const commit = await store.commit(tree, commitMeta({ timestamp: round }));
    await store.setRef(`${ref}/${round % 3}`, commit);
    if (round % 5 === 4) await store.setRef(`${ref}/${round % 3}`, null);
    if (round % pruneEvery === 0) await store.prune();
  } finally {
    store.close();
  }
}
process.stdout.write(String(round));
