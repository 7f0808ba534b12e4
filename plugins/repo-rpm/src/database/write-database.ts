import { DatabaseSync } from 'node:sqlite';
import type { Header } from '../codec/index.ts';
import { indexEntries } from './index-entries.ts';
import { INDEX_TABLES, indexStatements, PACKAGES_TABLE, tableStatement } from './schema.ts';

/** A package of a database with its number. */
export interface DatabaseRow {
  readonly number: number;
  /** As the database keeps it; see `installedHeader`. */
  readonly header: Header;
}

/**
 * Writes an rpm database into a new file. The bytes depend on nothing but the rows: no journal, no time, no write-ahead log, so that rpm can
 * read it on a read-only file system as well.
 */
export function writeDatabase(file: string, rows: readonly DatabaseRow[]): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
    database.exec(PACKAGES_TABLE);
    const insert = database.prepare('INSERT INTO Packages VALUES (?, ?)');
    for (const { number, header } of rows) insert.run(number, header.toBlob());
    for (const table of INDEX_TABLES) {
      database.exec(tableStatement(table));
      const add = database.prepare(`INSERT INTO '${table.name}' VALUES (?, ?, ?)`);
      for (const { number, header } of rows) {
        for (const { key, position } of indexEntries(header, table)) add.run(key, number, position);
      }
      for (const statement of indexStatements(table)) database.exec(statement);
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
