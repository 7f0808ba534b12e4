const NAME = /^[a-z][a-z0-9-]*$/;

/** What is wrong with something that should be a Plugin, in words; null when nothing is. */
export function shapeProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const plugin = value as { readonly [key: string]: unknown };
  if (typeof plugin['name'] !== 'string' || !NAME.test(plugin['name'])) {
    return '`name` must be lower-case letters, digits and dashes';
  }
  if (typeof plugin['apiVersion'] !== 'string') return '`apiVersion` must be a semver range';
  if (typeof plugin['apply'] !== 'function') return '`apply` must be a function';
  for (const key of ['requires', 'after']) {
    const list = plugin[key];
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string'))) {
      return `\`${key}\` must be a list of names`;
    }
  }
  for (const key of ['config', 'errors']) {
    const object = plugin[key];
    if (object !== undefined && (typeof object !== 'object' || object === null)) return `\`${key}\` must be an object`;
  }
  if (plugin['commands'] !== undefined && !Array.isArray(plugin['commands'])) return '`commands` must be a list';
  return null;
}
