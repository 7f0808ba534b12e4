import type { Intent, PackageRequest, Pin } from '@ostrata/contract';
import type { FlattenedTreefile } from '../flatten.ts';
import type { TreefileOptions } from './options.ts';

/** What a treefile asks of the solver, added to what the request asks already. */
export function treefileIntent(
  intent: Intent,
  { treefile, origins }: FlattenedTreefile,
  pins: readonly Pin[],
  { lockfiles, lockfileStrict }: Pick<TreefileOptions, 'lockfiles' | 'lockfileStrict'>,
): Intent {
  const fromRepos = (treefile['repo-packages'] ?? []).flatMap(({ repo, packages }) =>
    packages.map((spec) => ({ spec, source: repo, ...originOf(`repo-packages/${repo}/${spec}`) })),
  );
  const named = (treefile.packages ?? []).map((spec) => ({ spec, ...originOf(`packages/${spec}`) }));
  return {
    ...intent,
    install: [...intent.install, ...fromRepos, ...named],
    exclude: [...new Set([...intent.exclude, ...(treefile['exclude-packages'] ?? [])])],
    pins: [...intent.pins, ...pins],
    strictPins: intent.strictPins || lockfileStrict,
    pinnedOnlySources: lockfiles.length > 0 ? (treefile['lockfile-repos'] ?? []) : intent.pinnedOnlySources,
    weak: treefile.recommends ?? intent.weak,
  };

  function originOf(key: string): Pick<PackageRequest, 'origin'> {
    const origin = origins.get(key);
    return origin === undefined ? {} : { origin };
  }
}
