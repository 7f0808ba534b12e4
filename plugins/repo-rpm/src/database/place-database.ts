import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, Context, ReadonlyTree, Tree } from '@ostrata/contract';
import { importOptions } from '../import/import-options.ts';
import { translatePath } from '../import/package-path.ts';
import { lostPaths } from '../overlay/layers.ts';
import { isPackageNamed } from '../overlay/remove.ts';
import { type PackageContent, packageContents } from '../packages.ts';
import { installedHeader } from './installed-header.ts';
import { BASE_DATABASE_DIRECTORY, DATABASE_DIRECTORY, DATABASE_FILE, withTemporary } from './location.ts';
import { readDatabase } from './read-database.ts';
import { type DatabaseRow, writeDatabase } from './write-database.ts';

/** Where rpm looks by itself in most distributions; it leads to the image's place. */
const SYSTEM_DIRECTORY = 'usr/lib/sysimage/rpm';
const MACRO_FILE = 'usr/lib/rpm/macros.d/macros.rpm-ostree';

function wrongColor(tree: ReadonlyTree, { imported, files }: PackageContent): ReadonlySet<string> {
  const lost = lostPaths(tree, imported.commit);
  if (lost.size === 0) return lost;
  return new Set(files.map(({ path }) => path).filter((path) => lost.has(translatePath(path.slice(1)))));
}

/** The base's packages without those that went, then the new ones, numbered on from the base's last. */
function allRows({ plan, tree }: Assembly, contents: readonly PackageContent[], ctx: Context): DatabaseRow[] {
  const { base, remove, image } = plan.inputs;
  const present = base === null ? [] : readDatabase(tree, ctx.environment.tempDir);
  const kept = present.filter(({ header }) => !remove.some((pkg) => isPackageNamed(header, pkg)));
  const last = present.at(-1)?.number ?? 0;
  const added = contents.map((content, i) => ({
    number: last + 1 + i,
    header: installedHeader(content.header, {
      time: plan.commit.timestamp,
      arch: ctx.environment.arch,
      options: importOptions(image),
      wrongColor: wrongColor(tree, content),
    }),
  }));
  return [...kept, ...added];
}

function replaceWithLink(tree: Tree, path: string, target: string): void {
  tree.remove(path);
  tree.symlink(path, target, { parents: true });
}

/**
 * Writes the package database into the tree, in rpm's sqlite format with the bytes depending on the plan alone, with the links and the
 * macro by which rpm finds it. A tree without base gets the copy that later tells what layering changed.
 */
export async function placeDatabase(assembly: Assembly, ctx: Context): Promise<void> {
  const { plan, tree, packages, store } = assembly;
  if (packages.length === 0 && plan.inputs.remove.length === 0) return;
  const rows = allRows(assembly, await packageContents(store, packages), ctx);
  const bytes = withTemporary(ctx.environment.tempDir, (directory) => {
    const file = join(directory, 'rpmdb.sqlite');
    writeDatabase(file, rows);
    return readFileSync(file);
  });
  tree.remove(DATABASE_DIRECTORY);
  tree.mkdir(DATABASE_DIRECTORY, { mode: 0o755, parents: true });
  tree.writeFile(DATABASE_FILE, bytes, { mode: 0o644 });
  if (plan.inputs.base !== null) return;
  replaceWithLink(tree, SYSTEM_DIRECTORY, '../../share/rpm');
  tree.remove(BASE_DATABASE_DIRECTORY);
  tree.copy(DATABASE_DIRECTORY, BASE_DATABASE_DIRECTORY);
  tree.writeFile(MACRO_FILE, `%_dbpath /${DATABASE_DIRECTORY}\n`, { mode: 0o644, parents: true });
}
