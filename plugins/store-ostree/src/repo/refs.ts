import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Checksum, isChecksum } from '../codec/checksum.ts';
import { errnoOf, storeError } from '../errors.ts';
import { fsyncPath, syncFileSystem } from './directory.ts';
import type { Repository } from './repository.ts';

// ostree-core.c: a fragment is a letter, digit or underscore followed by those, dots and dashes.
const FRAGMENT = '[\\p{L}\\p{N}_][-._\\p{L}\\p{N}]*';
const REFSPEC = new RegExp(`^(?:(${FRAGMENT}):)?(${FRAGMENT}(?:/${FRAGMENT})*)$`, 'u');

export interface RefSpec {
  readonly remote: string | undefined;
  readonly ref: string;
}

/** Takes `[REMOTE:]REF` apart, or gives undefined for what is no name of a ref. */
export function parseRefSpec(text: string): RefSpec | undefined {
  const match = REFSPEC.exec(text);
  return match ? { remote: match[1], ref: match[2]! } : undefined;
}

function refPath(repo: Repository, text: string): string {
  const spec = parseRefSpec(text);
  if (!spec) {
    throw storeError('OSTREE_REF_INVALID', `${JSON.stringify(text)} is not a name for a ref.`, {
      hint: 'Names are made of letters, digits, ".", "_" and "-", in parts divided by slashes that begin with a letter, digit or "_".',
      data: { ref: text },
    });
  }
  return join(repo.path, 'refs', spec.remote === undefined ? 'heads' : `remotes/${spec.remote}`, spec.ref);
}

/** The commit of a ref, or undefined where there is none. */
export function readRef(repo: Repository, ref: string): Checksum | undefined {
  return readRefFile(refPath(repo, ref), ref);
}

function readRefFile(path: string, ref: string): Checksum | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
  const commit = text.trimEnd();
  if (isChecksum(commit)) return commit;
  throw storeError('OSTREE_REF_INVALID', `The ref ${ref} does not hold a checksum: ${path} is damaged.`, {
    hint: 'Set the ref again, or delete it.',
    data: { ref, path },
  });
}

export function writeRef(repo: Repository, ref: string, commit: Checksum): void {
  writeRefs(repo, new Map([[ref, commit]]));
}

/**
 * Sets refs, each in one step, and has all of them written to disk together. Until then they are in `directory`, which is on the file
 * system of the repository and gets emptied some day, also when the program is killed.
 */
export function writeRefs(
  repo: Repository,
  refs: ReadonlyMap<string, Checksum>,
  directory = join(repo.path, 'tmp'),
): void {
  const prepared: { readonly ref: string; readonly path: string; readonly temporary: string }[] = [];
  try {
    mkdirSync(directory, { recursive: true, mode: 0o775 });
    for (const [ref, commit] of refs) {
      const path = refPath(repo, ref);
      const temporary = join(directory, `ref-${randomBytes(6).toString('hex')}`);
      writeFileSync(temporary, `${commit}\n`, { flag: 'wx', mode: 0o644 });
      prepared.push({ ref, path, temporary });
    }
    sync(
      repo,
      prepared.map(({ temporary }) => temporary),
    );
    for (const { ref, path, temporary } of prepared) explainConflict(ref, path, () => place(temporary, path));
    sync(repo, [...new Set(prepared.map(({ path }) => dirname(path)))]);
  } finally {
    for (const { temporary } of prepared) rmSync(temporary, { force: true });
  }
}

/** How often a directory may vanish again: whoever deletes a ref removes the directories that it leaves empty. */
const ATTEMPTS = 10;

function place(temporary: string, path: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
      renameSync(temporary, path);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Up to so many paths are synced one by one, more with all of their file system at once. */
const FEW = 4;

function sync(repo: Repository, paths: readonly string[]): void {
  if (!repo.config.fsync) return;
  if (paths.length > FEW) syncFileSystem(repo.path);
  else for (const path of paths) fsyncPath(path);
}

function explainConflict(ref: string, path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    throw storeError(
      'OSTREE_REF_CONFLICT',
      `The ref ${ref} cannot be made: another ref stands in the way of its path.`,
      {
        hint: 'Choose another name, or delete the ref that is a prefix of it or below it.',
        data: { ref, path },
        cause: error,
      },
    );
  }
}

/** Removes a ref with the directories that become empty. False when there was none. */
export function deleteRef(repo: Repository, ref: string): boolean {
  const path = refPath(repo, ref);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  rmSync(path);
  const stop = join(repo.path, 'refs');
  for (let up = dirname(path); dirname(up) !== stop && up !== stop; up = dirname(up)) {
    try {
      rmdirSync(up);
    } catch (error) {
      if (errnoOf(error) === 'ENOTEMPTY') break;
      throw error;
    }
  }
  return true;
}

/** All refs of the repository, local ones by name and those of remotes as `REMOTE:REF`, sorted. */
export function listRefs(repo: Repository): Map<string, Checksum> {
  const refs = new Map<string, Checksum>();
  const heads = join(repo.path, 'refs', 'heads');
  for (const name of filesBelow(heads)) addRef(refs, name, join(heads, name));
  const remotes = join(repo.path, 'refs', 'remotes');
  for (const name of filesBelow(remotes)) {
    const slash = name.indexOf('/');
    if (slash > 0) addRef(refs, `${name.slice(0, slash)}:${name.slice(slash + 1)}`, join(remotes, name));
  }
  return new Map([...refs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Refs of mirrored collections (`refs/mirrors/COLLECTION/REF`), which keep commits alive like the others. */
export function listMirrorRefs(repo: Repository): Map<string, Checksum> {
  const mirrors = join(repo.path, 'refs', 'mirrors');
  const refs = new Map<string, Checksum>();
  for (const name of filesBelow(mirrors)) addRef(refs, name, join(mirrors, name));
  return refs;
}

function addRef(refs: Map<string, Checksum>, name: string, path: string): void {
  const commit = parseRefSpec(name.replace(':', '/')) ? readRefFile(path, name) : undefined;
  if (commit !== undefined) refs.set(name, commit);
}

function filesBelow(root: string): string[] {
  try {
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
