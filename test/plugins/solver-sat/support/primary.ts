import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PackageTable } from '@ostrata/core';
import { Column, PrimaryReader } from '../../../../plugins/repo-rpm/src/metadata/index.ts';

/** The packages of a repository's primary.xml.gz, without its other metadata. */
export function primaryTable(source: string, repository: string): PackageTable {
  const folder = join(repository, 'repodata');
  const file = readdirSync(folder).find((name) => name.endsWith('primary.xml.gz'));
  if (file === undefined) throw new Error(`${folder} has no primary.xml.gz`);
  const reader = new PrimaryReader();
  reader.write(gunzipSync(readFileSync(join(folder, file))));
  const packages = reader.end();
  const text = (column: number) => (index: number) => packages.text(index, column);
  return {
    source,
    priority: 99,
    format: 'rpm',
    count: packages.count,
    name: text(Column.NAME),
    epoch: (index) => packages.epoch(index),
    version: text(Column.VERSION),
    release: text(Column.RELEASE),
    arch: text(Column.ARCH),
    vendor: text(Column.VENDOR),
    summary: text(Column.SUMMARY),
    relations: (index, kind) => packages.relations(index, kind),
    files: (index) => packages.files(index),
    filesComplete: true,
    loadFiles: async () => {},
    groups: [],
    planned: () => {
      throw new Error('primary metadata alone plans nothing');
    },
  };
}
