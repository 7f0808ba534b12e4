import { readFileSync } from 'node:fs';
import type { Context } from '@ostrata/contract';
import { MAX_MIRRORS, type MetalinkVersion, parseMetalink, parseMirrorList } from '../metadata/index.ts';
import type { Access } from './access.ts';
import type { RepositoryCache } from './cache.ts';
import { sourceError } from './errors.ts';
import { inFile } from './in-file.ts';
import { withoutLogin } from './urls.ts';

const REPOMD = 'repodata/repomd.xml';

/** Where a repository is. */
export interface Places {
  /** Base URLs, best first. */
  readonly bases: readonly string[];
  /** What the metalink says that `repomd.xml` is, the current version first; none without a metalink. */
  readonly versions: readonly MetalinkVersion[];
}

/** Finds the base URLs of a repository: its own, else those of its metalink, else of its mirror list. */
export async function findPlaces(access: Access, cache: RepositoryCache, ctx: Context): Promise<Places> {
  const { id, baseurl, metalink, mirrorlist } = access.definition;
  if (baseurl.length > 0) return { bases: baseurl, versions: [] };
  const url = (metalink ?? mirrorlist)!;
  const file = cache.path('mirrors');
  await access.get({ urls: [url], destination: file, maxSize: MAX_MIRRORS }, ctx);
  const bytes = readFileSync(file);
  try {
    // Some servers answer a mirror list's URL with a metalink.
    if (metalink !== null || /^\s*<(\?xml|metalink)/.test(bytes.toString('latin1', 0, 200))) {
      const { versions, urls } = parseMetalink(bytes, 'repomd.xml');
      const bases = urls.filter((mirror) => mirror.endsWith(REPOMD)).map((mirror) => mirror.slice(0, -REPOMD.length));
      return { bases, versions };
    }
    const bases = parseMirrorList(bytes);
    if (bases.length > 0) return { bases, versions: [] };
  } catch (error) {
    throw inFile(error, withoutLogin(url));
  }
  throw sourceError('SOURCE_UNAVAILABLE', `The mirror list of ${id} names no mirror: ${withoutLogin(url)}`, {
    hint: 'Check the release and architecture in the URL.',
    data: { id, url: withoutLogin(url) },
  });
}
