import { BROKEN_RELEASES, IGNORED, KERNELS, LUA_REPLACEMENTS, type Replacement } from './script-table.ts';

const ALWAYS = new Set(IGNORED);
const OF_KERNELS = new Set(KERNELS.map((name) => `${name}.posttrans`));

/** What is done with a script: as the built-in rules say, left out, run with failures as warnings, refused, or run as the package has it. */
export type ScriptRule = 'skip' | 'warn' | 'fail' | 'run';

/** What an image's author wants of scripts, by `PACKAGE.SCRIPT`; either half may be `*`. */
export type ScriptPolicy = { readonly [script: string]: ScriptRule };

/**
 * The rule for a script, undefined where the built-in rules count. The most exact key decides: the script, then all of its package, then
 * all of its kind, then all.
 */
export function ruleFor(policy: ScriptPolicy, pkg: string, kind: string): ScriptRule | undefined {
  for (const key of [`${pkg}.${kind}`, `${pkg}.*`, `*.${kind}`, '*.*']) {
    if (Object.hasOwn(policy, key)) return policy[key];
  }
  return undefined;
}

/** Whether a script, `PACKAGE.SCRIPT`, is not run in images. */
export function isIgnored(script: string, release: string, kernelInstall: boolean): boolean {
  if (ALWAYS.has(script) || (!kernelInstall && OF_KERNELS.has(script))) return true;
  return BROKEN_RELEASES.some(([name, suffix]) => name === script && release.endsWith(suffix));
}

/** What runs in place of a script in Lua. */
export function luaReplacement(script: string): Replacement | undefined {
  return LUA_REPLACEMENTS.get(script);
}
