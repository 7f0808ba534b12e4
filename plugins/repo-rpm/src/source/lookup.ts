import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sourceError } from './errors.ts';
import { parseRepoFile, type RepoSection } from './repo-file.ts';

/** Bytes that a .repo file may have. */
const MAX_REPO_FILE = 4 * 2 ** 20;

/** @throws HostError SOURCE_REPO_FILE */
export function readRepoFile(file: string): RepoSection[] {
  let text: string;
  try {
    if (statSync(file).size > MAX_REPO_FILE) throw new Error(`it has more than ${MAX_REPO_FILE} bytes`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw sourceError('SOURCE_REPO_FILE', `${file} cannot be read: ${reason}`, {
      hint: 'Check that the file exists and may be read.',
      data: { file },
      cause: error,
    });
  }
  return parseRepoFile(text, file);
}

/** All sections of the .repo files in directories (or files named directly), in order; directories that do not exist have none. */
export function lookUp(places: readonly string[]): RepoSection[] {
  return places
    .flatMap((place) => repoFiles(place))
    .flatMap(readRepoFile)
    .filter(({ id }) => id !== 'main');
}

function repoFiles(place: string): string[] {
  try {
    return readdirSync(place)
      .filter((name) => name.endsWith('.repo') && !name.startsWith('.'))
      .sort()
      .map((name) => join(place, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return [place];
    if (code === 'ENOENT') return [];
    throw sourceError('SOURCE_REPO_FILE', `${place} cannot be read: ${code}`, {
      hint: 'Check its permissions.',
      data: { place },
      cause: error,
    });
  }
}

/** The section of an id, the first where several files have one. @throws HostError SOURCE_UNKNOWN */
export function findSection(sections: readonly RepoSection[], id: string, places: readonly string[]): RepoSection {
  const found = sections.find((section) => section.id === id);
  if (found !== undefined) return found;
  const near = nearest(
    id,
    sections.map((section) => section.id),
  );
  const known =
    sections.length === 0
      ? 'No .repo file is there.'
      : near.length > 0
        ? `Is it ${near.join(' or ')}?`
        : `Known are: ${sections
            .map((section) => section.id)
            .slice(0, 20)
            .join(', ')}.`;
  throw sourceError('SOURCE_UNKNOWN', `No .repo file in ${places.join(', ')} defines the repository ${id}.`, {
    hint: known,
    data: { id, searched: [...places], near },
  });
}

/** Ids that may have been meant: close in spelling, or one within the other. */
function nearest(id: string, ids: readonly string[]): string[] {
  const wanted = id.toLowerCase();
  return [...new Set(ids)]
    .map((known) => {
      const other = known.toLowerCase();
      const within = other.includes(wanted) || wanted.includes(other);
      return { known, distance: within ? 1 : editDistance(wanted, other) };
    })
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(wanted.length / 4)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ known }) => known);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
