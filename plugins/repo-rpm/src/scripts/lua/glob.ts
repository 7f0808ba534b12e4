import { Errno } from './errno.ts';
import type { ScriptFiles } from './files.ts';

const SPECIAL = /[*?[]/;

/** A part of a path with `*`, `?` and `[…]`; names with a dot in front want one in the pattern. */
function matcher(part: string): RegExp {
  const source = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^');
  return new RegExp(`^${part.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 's');
}

function names(files: ScriptFiles, directory: string): readonly string[] {
  try {
    return files.list(directory);
  } catch (error) {
    if (error instanceof Errno) return [];
    throw error;
  }
}

function exists(files: ScriptFiles, path: string): boolean {
  try {
    files.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

/** Paths that a pattern of glob(7) fits, sorted. */
export function globPaths(files: ScriptFiles, pattern: string): string[] {
  const parts = pattern.split('/');
  let found = [parts[0] === '' ? '/' : ''];
  for (const part of parts.filter((each) => each !== '')) {
    found = found.flatMap((directory) => {
      if (!SPECIAL.test(part)) return [`${directory}${part}/`];
      const fits = matcher(part);
      return names(files, directory === '' ? '.' : directory)
        .filter((name) => fits.test(name))
        .map((name) => `${directory}${name}/`);
    });
  }
  return found
    .map((path) => (path.length > 1 ? path.slice(0, -1) : path))
    .filter((path) => path !== '' && exists(files, path))
    .sort();
}
