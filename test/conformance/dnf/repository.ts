import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { RELATION_KINDS, type Relation, type RelationKind } from '@ostrata/core';
import {
  type Comps,
  CompsReader,
  Detail,
  FileListsReader,
  PrimaryReader,
} from '../../../plugins/repo-rpm/src/metadata/index.ts';

/** A package of a repository, or one that is installed. */
export interface Package {
  readonly name: string;
  readonly evr: string;
  readonly arch: string;
  readonly vendor: string;
  readonly location: string;
  readonly relations: Readonly<Record<RelationKind, readonly Relation[]>>;
  readonly files: readonly string[];
}

export interface Repository {
  readonly packages: readonly Package[];
  readonly comps: Comps;
  /** Whether packages are hidden by modules. */
  readonly modular: boolean;
}

/** Reads repositories below a folder, each once. Null for one that is not there. */
export function repositoryReader(root: string): (name: string) => Repository | null {
  const known = new Map<string, Repository | null>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      const folder = join(root, name, 'repodata');
      found = existsSync(folder) ? readRepository(folder) : null;
      known.set(name, found);
    }
    return found;
  };
}

function readRepository(folder: string): Repository {
  const names = readdirSync(folder);
  const bytes = (kind: string): Buffer | null => {
    const name = names.find((candidate) => candidate.endsWith(`-${kind}.xml.gz`));
    return name === undefined ? null : gunzipSync(readFileSync(join(folder, name)));
  };
  const primary = new PrimaryReader();
  primary.write(bytes('primary')!);
  const rows = primary.end();
  const lists = new FileListsReader();
  lists.write(bytes('filelists')!);
  const { packages: ids, paths } = lists.end();
  const rowOf = new Map(Array.from(ids, (id, row) => [paths.strings.text(id), row]));
  const packages = Array.from({ length: rows.count }, (_, i) => {
    const row = rowOf.get(rows.detail(i, Detail.CHECKSUM));
    const { epoch, version, release } = rows.evr(i);
    return {
      name: rows.name(i),
      evr: `${epoch > 0 ? `${epoch}:` : ''}${version}-${release}`,
      arch: rows.arch(i),
      vendor: rows.vendor(i),
      location: rows.detail(i, Detail.LOCATION),
      relations: Object.fromEntries(
        RELATION_KINDS.map((kind) => [kind, [...rows.relations(i, kind)]]),
      ) as unknown as Package['relations'],
      files: row === undefined ? [] : paths.of(row),
    };
  });
  return { packages, comps: readComps(bytes('comps')), modular: names.some((name) => name.includes('-modules.yaml')) };
}

function readComps(bytes: Buffer | null): Comps {
  if (bytes === null) return { groups: [], environments: [] };
  const reader = new CompsReader();
  reader.write(bytes);
  const { groups, environments } = reader.end();
  // The reader names nameless groups by their ids.
  const nameless = new Set(
    [...bytes.toString('utf8').matchAll(/<id>([^<]*)<\/id>\s*<name(?:\/>|>\s*<\/name>)/g)].map(([, id]) => id!),
  );
  const named = <T extends { id: string; name: string }>(one: T): T =>
    nameless.has(one.id) ? { ...one, name: '' } : one;
  return { groups: groups.map(named), environments: environments.map(named) };
}

/** `name-epoch:version-release.arch`, the way the tables write a package (an epoch of 0 may be left out there). */
export function nevraWithEpoch({ name, evr, arch }: Package): string {
  return `${name}-${evr.includes(':') ? evr : `0:${evr}`}.${arch}`;
}
