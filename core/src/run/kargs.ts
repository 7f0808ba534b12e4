import type { DeployRequest } from '@ostrata/contract';

/**
 * Kernel arguments after the changes of a request: deletions, replacements, additions. `key=value` is deleted exactly, `key` alone
 * with any value; a replacement `key=value` takes the place of the first argument of that key, or is added.
 */
export function changeKargs(kargs: readonly string[], changes: DeployRequest['kargs']): string[] {
  let result = kargs.filter(
    (karg) => !changes.delete.some((gone) => karg === gone || (!gone.includes('=') && keyOf(karg) === gone)),
  );
  for (const replacement of changes.replace) {
    const index = result.findIndex((karg) => keyOf(karg) === keyOf(replacement));
    result = index < 0 ? [...result, replacement] : result.with(index, replacement);
  }
  return [...result, ...changes.append];
}

function keyOf(karg: string): string {
  return karg.split('=', 1)[0] ?? karg;
}
