import { Tag } from '../codec/index.ts';

/** One index table of rpm's sqlite database. */
export interface IndexTable {
  readonly name: string;
  readonly tag: number;
  /** Text keys have an index of their own, binary keys have not. */
  readonly key: 'TEXT' | 'BLOB';
  /** Tags with many values have an index by package as well. */
  readonly many: boolean;
}

/** All index tables, in rpm's order (rpm 4.18, lib/rpmdb.c and lib/backend/sqlite.c). */
export const INDEX_TABLES: readonly IndexTable[] = [
  { name: 'Name', tag: Tag.NAME, key: 'TEXT', many: false },
  { name: 'Basenames', tag: Tag.BASENAMES, key: 'TEXT', many: true },
  { name: 'Group', tag: Tag.GROUP, key: 'TEXT', many: false },
  { name: 'Requirename', tag: Tag.REQUIRENAME, key: 'TEXT', many: true },
  { name: 'Providename', tag: Tag.PROVIDENAME, key: 'TEXT', many: true },
  { name: 'Conflictname', tag: Tag.CONFLICTNAME, key: 'TEXT', many: true },
  { name: 'Obsoletename', tag: Tag.OBSOLETENAME, key: 'TEXT', many: true },
  { name: 'Triggername', tag: Tag.TRIGGERNAME, key: 'TEXT', many: true },
  { name: 'Dirnames', tag: Tag.DIRNAMES, key: 'TEXT', many: true },
  { name: 'Installtid', tag: Tag.INSTALLTID, key: 'BLOB', many: false },
  { name: 'Sigmd5', tag: Tag.SIGMD5, key: 'BLOB', many: false },
  { name: 'Sha1header', tag: Tag.SHA1HEADER, key: 'TEXT', many: false },
  { name: 'Filetriggername', tag: Tag.FILETRIGGERNAME, key: 'TEXT', many: true },
  { name: 'Transfiletriggername', tag: Tag.TRANSFILETRIGGERNAME, key: 'TEXT', many: true },
  { name: 'Recommendname', tag: Tag.RECOMMENDNAME, key: 'TEXT', many: true },
  { name: 'Suggestname', tag: Tag.SUGGESTNAME, key: 'TEXT', many: true },
  { name: 'Supplementname', tag: Tag.SUPPLEMENTNAME, key: 'TEXT', many: true },
  { name: 'Enhancename', tag: Tag.ENHANCENAME, key: 'TEXT', many: true },
];

export const PACKAGES_TABLE = `CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)`;

export function tableStatement({ name, key }: IndexTable): string {
  return (
    `CREATE TABLE '${name}' (key '${key}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, ` +
    `FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))`
  );
}

export function indexStatements({ name, key, many }: IndexTable): string[] {
  const columns = [...(key === 'TEXT' ? ['key'] : []), ...(many ? ['hnum'] : [])];
  return columns.map((column) => `CREATE INDEX '${name}_${column}_idx' ON '${name}'(${column} ASC)`);
}
