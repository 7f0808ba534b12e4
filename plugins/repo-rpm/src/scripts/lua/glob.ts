import { Errno } from './errno.ts';
import type { ScriptFiles } from './files.ts';

const SPECIAL = /[*?[]/;

/** One place of a pattern: any run of characters, or one character that passes. */
type Place = '*' | ((character: string) => boolean);

function placesOf(part: string): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < part.length; at++) {
    const character = part[at] as string;
    const end = character === '[' ? part.indexOf(']', at + 2) : -1;
    if (character === '*') places.push('*');
    else if (character === '?') places.push(() => true);
    else if (end > 0) {
      places.push(setOf(part.slice(at + 1, end)));
      at = end;
    } else places.push((other) => other === character);
  }
  return places;
}

/** A set in brackets, with ranges; `!` or `^` in front turns it round. */
function setOf(text: string): (character: string) => boolean {
  const negated = text.startsWith('!') || text.startsWith('^');
  const ranges = [...(negated ? text.slice(1) : text).matchAll(/(.)-(.)|(.)/gsu)].map(
    ([, from, to, single]): [string, string] => [from ?? (single as string), to ?? (single as string)],
  );
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

/** Whether a name fits a part of a pattern with `*`, `?` and `[…]`; names with a dot in front want one in the pattern. */
function fits(name: string, part: string): boolean {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  const places = placesOf(part);
  let [at, place, star, resume] = [0, 0, -1, 0];
  while (at < name.length) {
    const wanted = places[place];
    if (wanted === '*') [star, resume, place] = [place, at, place + 1];
    else if (wanted?.(name[at] as string)) [at, place] = [at + 1, place + 1];
    // The last run takes one character more.
    else if (star >= 0) [resume, at, place] = [resume + 1, resume + 1, star + 1];
    else return false;
  }
  return places.slice(place).every((rest) => rest === '*');
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
      return names(files, directory === '' ? '.' : directory)
        .filter((name) => fits(name, part))
        .map((name) => `${directory}${name}/`);
    });
  }
  return found
    .map((path) => (path.length > 1 ? path.slice(0, -1) : path))
    .filter((path) => path !== '' && exists(files, path))
    .sort();
}
