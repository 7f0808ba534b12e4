import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PackageTable } from '@ostrata/core';
import { Detail, type PackedPackages, PrimaryReader } from '../../../../plugins/repo-rpm/src/metadata/index.ts';

/** The packages of a repository's primary.xml.gz, without its other metadata. */
export function primaryTable(source: string, repository: string): PackageTable {
  const folder = join(repository, 'repodata');
  const file = readdirSync(folder).find((name) => name.endsWith('primary.xml.gz'));
  if (file === undefined) throw new Error(`${folder} has no primary.xml.gz`);
  const reader = new PrimaryReader();
  reader.write(gunzipSync(readFileSync(join(folder, file))));
  return tableOf(source, reader.end());
}

/** A table of packages that were read. */
export function tableOf(source: string, packages: PackedPackages): PackageTable {
  return {
    source,
    priority: 99,
    format: 'rpm',
    count: packages.count,
    name: (index) => packages.name(index),
    epoch: (index) => packages.evr(index).epoch,
    version: (index) => packages.evr(index).version,
    release: (index) => packages.evr(index).release,
    arch: (index) => packages.arch(index),
    vendor: (index) => packages.vendor(index),
    summary: (index) => packages.detail(index, Detail.SUMMARY),
    columns: packages.columns,
    owners: (paths) => packages.paths.owners(paths),
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
