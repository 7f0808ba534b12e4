import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCollectionId } from '../../repo/collections.ts';
import { initialConfig, parseMode } from '../../repo/config.ts';
import { initRepository } from '../../repo/init.ts';
import { KeyFile } from '../../repo/key-file.ts';
import { replaceFile } from '../../repo/replace-file.ts';
import { VerbError } from '../error.ts';
import type { Verb } from '../verb.ts';

export const init: Verb = {
  usage: '',
  options: [
    {
      name: 'mode',
      kind: 'text',
      summary: 'Initialize repository in given mode (bare, bare-user, bare-user-only, archive)',
    },
    {
      name: 'collection-id',
      kind: 'text',
      summary:
        'Globally unique ID for this repository as an collection of refs for redistribution to other repositories',
      value: 'COLLECTION-ID',
    },
  ],
  run({ options, repo: path }) {
    const text = options.text('mode') ?? 'bare';
    const mode = parseMode(text);
    if (!mode) throw new VerbError(`Invalid mode '${text}' in repository configuration`);
    const collection = options.text('collection-id');
    if (collection !== undefined && !isCollectionId(collection)) {
      throw new VerbError(`Invalid collection ID ${collection}`);
    }
    const repo = initRepository(path, mode);
    if (collection === undefined) return;
    const config = join(repo.path, 'config');
    const current = readFileSync(config, 'utf8');
    // A repository that was there keeps its settings.
    if (current !== initialConfig(mode)) return;
    const file = KeyFile.parse(current);
    file.set('core', 'collection-id', collection);
    replaceFile(config, file.toString());
  },
};
