import type { DependencyMaker } from './rich-dependency.ts';

// What packages of SUSE say in names of dependencies, as libsolv reads them (src/suse.c, `repo_rewrite_suse_deps`).

/** Questions about the machine that a dependency can ask, and what solvers answer for it. */
export type Namespace = 'language' | 'modalias' | 'filesystem' | 'splitprovides' | 'otherproviders';

export interface NamespaceMaker<T> extends DependencyMaker<T> {
  namespace(kind: Namespace, value: T): T;
}

/**
 * What a supplement stands for: `language(de;fr)`, `modalias([package:]bus:…)`, `filesystem(xfs)` or `packageand(a:b)`; null for a
 * plain name.
 */
export function suseSupplement<T>(name: string, maker: NamespaceMaker<T>): T | null {
  const [, kind, value] = /^(language|modalias|filesystem|packageand)\((.+)\)$/.exec(name) ?? [];
  if (kind === undefined || value === undefined) return null;
  const asked = (namespace: Namespace, text: string) => maker.namespace(namespace, maker.name(text));
  if (kind === 'filesystem') return asked('filesystem', value);
  if (kind === 'language') {
    const languages = value.startsWith(';') ? [] : value.split(';').filter((language) => language !== '');
    return chain(
      maker,
      'or',
      languages.map((language) => asked('language', language)),
    );
  }
  if (kind === 'packageand') {
    return chain(
      maker,
      'and',
      packagesOf(value).map((text) => maker.name(text)),
    );
  }
  // Bus and device follow the package, where one is named.
  const [, package_, alias] = /^([^:]+):([^:]*:.*)$/.exec(value) ?? [];
  if (package_ === undefined || alias === undefined) return asked('modalias', value);
  return maker.combined(maker.name(package_), 'and', asked('modalias', alias));
}

/**
 * What something that a package provides makes of it a supplement to: `locale([package:]de;fr)` and `package:/path`, which it was split
 * off from. Null for anything else.
 */
export function suseProvide<T>(name: string, maker: NamespaceMaker<T>): T | null {
  const [, inside] = /^locale\(([^)]*)/.exec(name) ?? [];
  if (inside !== undefined) {
    const colon = inside.indexOf(':');
    const languages = inside.slice(colon > 0 ? colon + 1 : 0).split(';');
    const any = chain(
      maker,
      'or',
      languages.flatMap((text) => (text === '' ? [] : [maker.namespace('language', maker.name(text))])),
    );
    if (colon <= 0 || any === null) return any;
    return maker.combined(maker.name(inside.slice(0, colon)), 'and', any);
  }
  const [, package_, path] = /^([^:]+):(\/.*)$/.exec(name) ?? [];
  if (package_ === undefined || path === undefined) return null;
  const split = maker.combined(maker.name(package_), 'with', maker.name(path.replace(/(?<=.)\/+$/, '')));
  return maker.namespace('splitprovides', split);
}

/** What a conflict stands for: `otherproviders(x)` is everything else that provides x; null for a plain name. */
export function suseConflict<T>(name: string, maker: NamespaceMaker<T>): T | null {
  const [, value] = /^otherproviders\((.+)\)$/.exec(name) ?? [];
  return value === undefined ? null : maker.namespace('otherproviders', maker.name(value));
}

/** Names between colons; a colon after `pattern` belongs to the name. */
function packagesOf(value: string): string[] {
  return value.match(/(?:pattern:)?[^:]+/g) ?? [];
}

function chain<T>(maker: NamespaceMaker<T>, operator: 'and' | 'or', parts: readonly T[]): T | null {
  if (parts.length === 0) return null;
  return parts.reduce((left, right) => maker.combined(left, operator, right));
}
