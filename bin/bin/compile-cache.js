import { statSync } from 'node:fs';

/**
 * Where Node keeps compiled code, or undefined for nowhere: below the user's own cache. Node's own choice is in /tmp, where another user could put
 * code first; and a home that is not the user's (`sudo` keeps the variable) would be no better.
 */
export function compileCacheDirectory({ NODE_COMPILE_CACHE, XDG_CACHE_HOME, HOME } = process.env) {
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  const home = XDG_CACHE_HOME || HOME;
  if (!home || statSync(home, { throwIfNoEntry: false })?.uid !== process.geteuid?.()) return undefined;
  return XDG_CACHE_HOME ? `${home}/ostrata/compiled` : `${home}/.cache/ostrata/compiled`;
}
