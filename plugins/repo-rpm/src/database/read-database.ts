import { DatabaseSync } from 'node:sqlite';
import { isHostError, type ReadonlyTree } from '@ostrata/contract';
import { Header, Tag } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import { DATABASE_FILE, spillDatabase, withTemporary } from './location.ts';
import type { DatabaseRow } from './write-database.ts';

const IMPORTED_KEYS = 'gpg-pubkey';

interface Row {
  readonly hnum: number;
  readonly blob: Uint8Array;
}

function readRows(file: string): DatabaseRow[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare('SELECT hnum, blob FROM Packages ORDER BY hnum').all() as unknown as Row[];
    return rows.map(({ hnum, blob }) => ({ number: hnum, header: Header.parse(blob) }));
  } finally {
    database.close();
  }
}

/** Databases that were read or written last, by the id of their file: layering asks again and again for that of its base. */
const known = new Map<string, readonly DatabaseRow[]>();
const KNOWN_LIMIT = 3;

/** The id of a tree's database, where it is one file that says it all. */
function idOf(tree: ReadonlyTree): string | undefined {
  const entry = tree.lookup(DATABASE_FILE);
  return entry?.type === 'file' && tree.lookup(`${DATABASE_FILE}-wal`) === undefined ? entry.id : undefined;
}

/** Keeps what a tree's database has, so that it need not be read. */
export function rememberDatabase(tree: ReadonlyTree, rows: readonly DatabaseRow[]): void {
  const id = idOf(tree);
  if (id === undefined) return;
  known.delete(id);
  known.set(id, rows);
  for (const oldest of known.keys()) if (known.size > KNOWN_LIMIT) known.delete(oldest);
}

/**
 * All headers of a tree's database in the order of their numbers; none when the tree has no database.
 * @param temporary directory for a copy that sqlite can open.
 * @throws RpmError RPM_DATABASE_UNSUPPORTED, RPM_DATABASE_INVALID.
 */
export function readDatabase(tree: ReadonlyTree, temporary: string): readonly DatabaseRow[] {
  const id = idOf(tree);
  const found = id === undefined ? undefined : known.get(id);
  if (found !== undefined) return found;
  try {
    const rows = withTemporary(temporary, (directory) => {
      const file = spillDatabase(tree, directory);
      return file === undefined ? [] : readRows(file);
    });
    rememberDatabase(tree, rows);
    return rows;
  } catch (error) {
    if (isHostError(error)) throw error;
    throw rpmError('RPM_DATABASE_INVALID', `/${DATABASE_FILE} cannot be read: ${(error as Error).message}`, {
      hint: 'Check the base with `rpmdb --verifydb`, and rebuild it.',
      data: { path: `/${DATABASE_FILE}` },
      cause: error,
    });
  }
}

/** The headers of a tree's packages; keys that `rpm --import` put into the database are none. */
export function installedHeaders(tree: ReadonlyTree, temporary: string): Header[] {
  return readDatabase(tree, temporary)
    .map(({ header }) => header)
    .filter((header) => header.string(Tag.NAME) !== IMPORTED_KEYS);
}
