import { type Assembly, type Context, type ImportedPackage, PACKAGE_FORMAT } from '@ostrata/core';
import { decisionsOf } from '../request/contents.ts';

/**
 * `remove-from-packages`: takes the files that match out of the packages they came with, as if those had been laid over without them.
 * A file that another package has as well stays. A directory that matches goes with all the package has in it. Patterns are matched
 * anywhere in absolute paths, as the store has them (`/usr/etc/…`), as rpm-ostree's checkout filter does.
 */
export async function removeFromPackages({ tree, plan, packages, store }: Assembly, ctx: Context): Promise<void> {
  const rules = decisionsOf(plan.inputs.extras)?.flattened['remove-from-packages'] ?? [];
  if (rules.length === 0) return;
  const filesOf = async (imported: ImportedPackage): Promise<readonly string[]> =>
    (await ctx.get(PACKAGE_FORMAT, imported.package.format)).files(imported, store);

  const removed = new Set<string>();
  const kept = new Set<string>();
  for (const imported of packages) {
    const patterns = rules
      .filter(([name]) => name === imported.package.name)
      .flatMap(([, ...expressions]) => expressions.map((expression) => new RegExp(expression)));
    const files = await filesOf(imported);
    const matched = patterns.length === 0 ? new Set<string>() : matching(files, patterns);
    for (const file of files) (matched.has(file) ? removed : kept).add(file);
  }
  // Deepest first, so that directories are empty when their turn comes.
  for (const path of [...removed]
    .filter((file) => !kept.has(file))
    .sort()
    .reverse()) {
    const entry = tree.lookup(path);
    if (entry === undefined || (entry.type === 'directory' && tree.list(path).length > 0)) continue;
    tree.remove(path);
  }
}

function matching(files: readonly string[], patterns: readonly RegExp[]): Set<string> {
  const matched = new Set(files.filter((file) => patterns.some((pattern) => pattern.test(`/${file}`))));
  if (matched.size === 0) return matched;
  for (const file of files) {
    for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1)) {
      const parent = file.slice(0, at);
      if (matched.has(parent) || patterns.some((pattern) => pattern.test(`/${parent}`))) {
        matched.add(file);
        break;
      }
    }
  }
  return matched;
}
