import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SourceRef } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import type { FlattenedTreefile } from '../flatten.ts';
import { decodeText, readInput } from '../load/files.ts';

/**
 * The repositories of a treefile, by id; the plugin that knows .repo files finds their definitions beside the treefile. Without
 * `repos` all that are enabled there. `locked` adds those that are used for locked packages only.
 */
export function treefileSources(path: string, flattened: FlattenedTreefile, locked: boolean): SourceRef[] {
  const { treefile, variables, repovars, origins } = flattened;
  const directory = dirname(path);
  const named = treefile.repos ?? [];
  const ids = new Set([
    ...(named.length > 0 ? named : enabledRepos(directory)),
    ...(locked ? (treefile['lockfile-repos'] ?? []) : []),
  ]);
  const wanted = (treefile.packages ?? []).length + (treefile['repo-packages'] ?? []).length;
  if (ids.size === 0 && wanted > 0) {
    throw treefileError('TREEFILE_NO_REPOS', `${path} asks for packages, and no repository is enabled.`, {
      hint: `Name repositories under "repos"; they are defined in .repo files in ${directory}.`,
      data: { path, directory },
    });
  }
  for (const { repo } of treefile['repo-packages'] ?? []) {
    if (ids.has(repo)) continue;
    const origin = origins.get('repo-packages');
    throw treefileError(
      'TREEFILE_VALUE',
      `${origin ?? path}: repo-packages names ${repo}, which is not among "repos".`,
      {
        hint: `Add ${repo} to "repos".`,
        data: { repo, origin: origin ?? null },
      },
    );
  }
  const releasever = variables['releasever'];
  const options = {
    lookup: [directory],
    variables: {
      ...repovars,
      basearch: String(variables['basearch'] ?? treefile.basearch ?? ''),
      ...(releasever === undefined ? {} : { releasever: String(releasever) }),
    },
  };
  return [...ids].map((id) => ({ id, kind: 'rpm-md', priority: 99, options }));
}

/** Ids of the repositories that the .repo files of a directory enable, in the order of the files. */
function enabledRepos(directory: string): string[] {
  const ids: string[] = [];
  for (const name of readdirSync(directory)
    .filter((file) => file.endsWith('.repo'))
    .sort()) {
    const path = join(directory, name);
    let current: string | null = null;
    for (const line of decodeText(readInput(path, path).content, path).split(/\r?\n/)) {
      const section = /^\[([^\]]+)\]/.exec(line)?.[1];
      if (section !== undefined) {
        current = section;
        if (section !== 'main') ids.push(section);
      } else if (current !== null && /^enabled\s*=\s*(?:0|no|false|off)\s*$/i.test(line)) {
        const disabled = ids.indexOf(current);
        if (disabled >= 0) ids.splice(disabled, 1);
      }
    }
  }
  return ids;
}
