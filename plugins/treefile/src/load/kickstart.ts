import { dirname, isAbsolute, join, normalize } from 'node:path';
import { LIMITS } from '../codec/node.ts';
import { problemAt } from '../model/problem.ts';
import type { Fields } from '../model/treefile.ts';
import { decodeText, readInput } from './files.ts';

const MAX_FILES = 256;

/**
 * Reads the subset of kickstart that rpm-ostree knows (rust/src/kickstart.rs): `%packages [--exclude-weakdeps]` with `-name` for
 * excludes, and `%include` of files below the first one's directory. Returns the treefile it amounts to.
 */
export function readKickstart(path: string, display: string): Fields {
  const root = dirname(path);
  const seen = new Set<string>();
  const packages: string[] = [];
  const excludes: string[] = [];
  let weak = true;

  const read = (name: string): void => {
    const shown = join(dirname(display), name);
    const { content, stat } = readInput(join(root, name), shown, LIMITS.bytes);
    const at = { line: 1, column: 1 };
    const id = `${stat.dev}:${stat.ino}`;
    if (seen.has(id)) throw problemAt('TREEFILE_INCLUDE', shown, at, 'this file is included a second time');
    seen.add(id);
    if (seen.size > MAX_FILES)
      throw problemAt('TREEFILE_INCLUDE', shown, at, `more than ${MAX_FILES} files are included`);
    const includes: string[] = [];
    let section: number | null = null;
    const lines = decodeText(content, shown).split(/\r?\n/);
    for (const [index, raw] of lines.entries()) {
      const line = raw.trim();
      const place = { line: index + 1, column: 1 };
      if (raw.startsWith('#') || line === '') continue;
      if (section !== null) {
        if (line === '%end') section = null;
        else if (line.startsWith('-')) excludes.push(line.slice(1));
        else packages.push(line);
        continue;
      }
      const [verb, ...words] = line.split(/\s+/).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
      if (verb === '%packages') {
        const unknown = words.find((word) => word !== '--exclude-weakdeps');
        if (unknown !== undefined) {
          throw problemAt('TREEFILE_SYNTAX', shown, place, `%packages does not know the option ${unknown}`);
        }
        if (words.length > 0) weak = false;
        section = place.line;
      } else if (verb === '%include') {
        const [target, ...more] = words;
        if (target === undefined || more.length > 0) {
          throw problemAt('TREEFILE_SYNTAX', shown, place, '%include takes exactly one path');
        }
        if (isAbsolute(target) || normalize(target).split('/')[0] === '..') {
          throw problemAt('TREEFILE_PATH', shown, place, `%include ${target} leads out of the kickstart's directory`);
        }
        includes.push(target);
      } else {
        throw problemAt('TREEFILE_SYNTAX', shown, place, `${verb} is not understood; only %packages and %include are`);
      }
    }
    if (section !== null) {
      throw problemAt('TREEFILE_SYNTAX', shown, { line: section, column: 1 }, '%packages has no %end');
    }
    for (const include of includes) read(include);
  };
  read(path.slice(root.length).replace(/^\//, ''));
  return { packages, 'exclude-packages': excludes, ...(weak ? {} : { recommends: false }) };
}
