import { DatabaseSync } from 'node:sqlite';
import { indexEntries } from './index-entries.ts';
import { INDEX_TABLES } from './schema.ts';
import type { DatabaseRow } from './write-database.ts';

/**
 * Takes packages out of an rpm database and puts others in, in place: what is kept is neither read nor written anew. Afterwards the file has no
 * log beside it, and rpm can read it on a read-only file system.
 * @param gone numbers of packages.
 */
export function updateDatabase(file: string, gone: readonly number[], added: readonly DatabaseRow[]): void {
  const database = new DatabaseSync(file);
  try {
    // In this order: the first takes in a log that rpm may have left, and it can be turned off only then.
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    const present = new Set(
      (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[]).map(
        ({ name }) => name,
      ),
    );
    // Databases of other versions of rpm lack some.
    const tables = INDEX_TABLES.filter(({ name }) => present.has(name));
    for (const table of tables) {
      const remove = database.prepare(`DELETE FROM '${table.name}' WHERE hnum = ?`);
      for (const number of gone) remove.run(number);
    }
    const remove = database.prepare('DELETE FROM Packages WHERE hnum = ?');
    for (const number of gone) remove.run(number);
    const insert = database.prepare('INSERT INTO Packages VALUES (?, ?)');
    for (const { number, header } of added) insert.run(number, header.toBlob());
    for (const table of tables) {
      const add = database.prepare(`INSERT INTO '${table.name}' VALUES (?, ?, ?)`);
      for (const { number, header } of added) {
        for (const { key, position } of indexEntries(header, table)) add.run(key, number, position);
      }
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
