import {
  type PackageIdentity,
  type PackageTable,
  type PlannedPackage,
  RELATION_KINDS,
  type Relation,
} from '@ostrata/contract';
import {
  type Dependency,
  dependencies,
  filePaths,
  type Header,
  type NamesByDirectory,
  type Nevra,
  nevraOf,
  Sense,
  Tag,
  wantedFiles,
} from '../codec/index.ts';

const EMPTY_CHECKSUM = { algorithm: 'sha256', value: '' };

function relation({ name, operator, evr, flags }: Dependency): Relation {
  return {
    name,
    ...(operator === '' ? {} : { compare: operator as NonNullable<Relation['compare']>, evr }),
    ...(flags & (Sense.PREREQ | Sense.SCRIPT_PRE) ? { pre: true } : {}),
  };
}

function byDirectory(paths: readonly string[]): NamesByDirectory {
  const wanted = new Map<string, Map<string, number>>();
  for (const [place, path] of paths.entries()) {
    const cut = path.lastIndexOf('/') + 1;
    const names = wanted.get(path.slice(0, cut)) ?? new Map<string, number>();
    names.set(path.slice(cut), place);
    wanted.set(path.slice(0, cut), names);
  }
  return wanted;
}

/** Of packages that are not installed: where they come from, and what a Plan needs to get them. */
export interface HeaderOrigin extends Pick<PackageTable, 'source' | 'priority'> {
  file(index: number): Pick<PlannedPackage, 'location' | 'checksum' | 'size'>;
}

const INSTALLED: HeaderOrigin = {
  source: '@installed',
  priority: 0,
  file: () => ({ location: '', checksum: EMPTY_CHECKSUM, size: 0 }),
};

/** Packages as a table for solvers, those of a package database unless an origin is given; reads each header when it is asked for. */
export function headerTable(headers: readonly Header[], origin: HeaderOrigin = INSTALLED): PackageTable {
  const identities: Nevra[] = headers.map(nevraOf);
  const at = (index: number): Header => headers[index]!;
  const relations = new Map<string, readonly Relation[]>();
  const text = (index: number, tag: number) => at(index).strings(tag)[0] ?? '';
  const identity = (index: number): PackageIdentity => {
    const { name, epoch, version, release, arch } = identities[index]!;
    return { format: 'rpm', name, epoch: Number(epoch ?? 0), version, release, arch };
  };
  return {
    source: origin.source,
    priority: origin.priority,
    format: 'rpm',
    count: headers.length,
    name: (index) => identities[index]!.name,
    epoch: (index) => Number(identities[index]!.epoch ?? 0),
    version: (index) => identities[index]!.version,
    release: (index) => identities[index]!.release,
    arch: (index) => identities[index]!.arch,
    vendor: (index) => text(index, Tag.VENDOR),
    summary: (index) => text(index, Tag.SUMMARY),
    relations(index, kind) {
      const key = `${RELATION_KINDS.indexOf(kind)}:${index}`;
      let found = relations.get(key);
      if (!found) {
        // What rpm itself must be able to do is no requirement of the system.
        found = dependencies(at(index), kind)
          .filter(({ name }) => kind !== 'requires' || !name.startsWith('rpmlib('))
          .map(relation);
        relations.set(key, found);
      }
      return found;
    },
    files: (index) => filePaths(at(index)),
    *owners(paths) {
      const wanted = byDirectory(paths);
      for (const [index, header] of headers.entries()) {
        const places = [...wantedFiles(header, wanted)].sort((a, b) => a - b);
        for (const place of places) yield [index, place];
      }
    },
    filesComplete: true,
    loadFiles: async () => {},
    groups: [],
    details: (index) => ({
      description: text(index, Tag.DESCRIPTION),
      url: text(index, Tag.URL),
      license: text(index, Tag.LICENSE),
      packager: text(index, Tag.PACKAGER),
      sourcePackage: text(index, Tag.SOURCERPM),
      buildTime: at(index).number(Tag.BUILDTIME) ?? 0,
    }),
    changelogs: async () => (index) => {
      const [times, authors, texts] = [
        at(index).numbers(Tag.CHANGELOGTIME),
        at(index).strings(Tag.CHANGELOGNAME),
        at(index).strings(Tag.CHANGELOGTEXT),
      ];
      return times.map((time, i) => ({ time, author: authors[i] ?? '', text: texts[i] ?? '' }));
    },
    planned: (index, reason) => ({
      ...identity(index),
      source: origin.source,
      ...origin.file(index),
      installedSize: at(index).number(Tag.LONGSIZE) ?? at(index).number(Tag.SIZE) ?? 0,
      reason,
    }),
  };
}
