import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Assembly, Context, ReadonlyTree, Tree } from '@ostrata/contract';
import { importOptions } from '../import/import-options.ts';
import { translatePath } from '../import/package-path.ts';
import { lostPaths } from '../overlay/layers.ts';
import { isPackageNamed } from '../overlay/remove.ts';
import { type PackageContent, packageContents } from '../packages.ts';
import { installedHeader } from './installed-header.ts';
import {
  BASE_DATABASE_DIRECTORY,
  DATABASE_DIRECTORY,
  DATABASE_FILE,
  spillDatabase,
  withTemporary,
} from './location.ts';
import { readDatabase, rememberDatabase } from './read-database.ts';
import { updateDatabase } from './update-database.ts';
import { type DatabaseRow, writeDatabase } from './write-database.ts';

/** Where rpm looks by itself in most distributions; it leads to the image's place. */
const SYSTEM_DIRECTORY = 'usr/lib/sysimage/rpm';
const MACRO_FILE = 'usr/lib/rpm/macros.d/macros.rpm-ostree';

function wrongColor(tree: ReadonlyTree, { imported, files }: PackageContent): ReadonlySet<string> {
  const lost = lostPaths(tree, imported.commit);
  if (lost.size === 0) return lost;
  return new Set(files.map(({ path }) => path).filter((path) => lost.has(translatePath(path.slice(1)))));
}

/** Packages that come, numbered on from the last one. */
function newRows(
  { plan, tree }: Assembly,
  contents: readonly PackageContent[],
  last: number,
  ctx: Context,
): DatabaseRow[] {
  return contents.map((content, i) => ({
    number: last + 1 + i,
    header: installedHeader(content.header, {
      time: plan.commit.timestamp,
      arch: ctx.environment.arch,
      options: importOptions(plan.inputs.image),
      wrongColor: wrongColor(tree, content),
    }),
  }));
}

/** Makes a database file of the base's, where there is one, and gives the rows that it has. */
function fillDatabase(
  file: string,
  assembly: Assembly,
  contents: readonly PackageContent[],
  ctx: Context,
): readonly DatabaseRow[] {
  const { plan, tree } = assembly;
  const { base, remove } = plan.inputs;
  const present = base === null ? [] : readDatabase(tree, ctx.environment.tempDir);
  const [going, kept] = [[] as DatabaseRow[], [] as DatabaseRow[]];
  for (const row of present) (remove.some((pkg) => isPackageNamed(row.header, pkg)) ? going : kept).push(row);
  const added = newRows(assembly, contents, present.at(-1)?.number ?? 0, ctx);
  if (present.length > 0 && spillDatabase(tree, dirname(file)) === file) {
    const gone = going.map(({ number }) => number);
    updateDatabase(file, gone, added);
  } else writeDatabase(file, added);
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
  const contents = await packageContents(store, packages);
  const { bytes, rows } = withTemporary(ctx.environment.tempDir, (directory) => {
    const file = join(directory, basename(DATABASE_FILE));
    const made = fillDatabase(file, assembly, contents, ctx);
    return { bytes: readFileSync(file), rows: made };
  });
  tree.remove(DATABASE_DIRECTORY);
  tree.mkdir(DATABASE_DIRECTORY, { mode: 0o755, parents: true });
  tree.writeFile(DATABASE_FILE, bytes, { mode: 0o644 });
  rememberDatabase(tree, rows);
  if (plan.inputs.base !== null) return;
  replaceWithLink(tree, SYSTEM_DIRECTORY, '../../share/rpm');
  tree.remove(BASE_DATABASE_DIRECTORY);
  tree.copy(DATABASE_DIRECTORY, BASE_DATABASE_DIRECTORY);
  tree.writeFile(MACRO_FILE, `%_dbpath /${DATABASE_DIRECTORY}\n`, { mode: 0o644, parents: true });
}
