import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { composedTree, repeatedTree } from './store-trees.ts';

const MANY = 100_000;

/** Trees by what rows call them. What is made in `work` is made once, when it is asked for. */
export const DEPLOYABLE: Readonly<Record<string, (work: string) => string>> = {
  compose: composed,
  [`${MANY / 1000} 000 files`]: large,
};

function composed(work: string): string {
  const path = join(work, 'composed');
  if (!existsSync(path)) composedTree(work, path);
  return path;
}

/** The composed tree with copies of itself in /usr/share. */
function large(work: string): string {
  const path = join(work, 'composed-large');
  if (existsSync(path)) return path;
  const copies = join(work, 'copies');
  tool(['rm', '-rf', copies]);
  repeatedTree(composed(work), copies, MANY);
  const [root, others] = [join(copies, 'copy-0'), join(copies, 'copy-0/usr/share/copies')];
  mkdirSync(others);
  for (const name of readdirSync(copies)) if (name !== 'copy-0') tool(['mv', join(copies, name), others]);
  tool(['mv', root, path]);
  tool(['rm', '-rf', copies]);
  return path;
}
