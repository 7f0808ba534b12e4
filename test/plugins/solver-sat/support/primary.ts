import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Comparison, type PackageTable, RELATION_KINDS, type Relation, type RelationKind } from '@ostrata/core';

const COMPARISONS: Record<string, Comparison> = { LT: '<', LE: '<=', EQ: '=', GE: '>=', GT: '>' };

/** One package of a table made by {@link tableOf}. */
export interface TablePackage {
  name: string;
  evr: string;
  arch: string;
  relations: Partial<Record<RelationKind, readonly Relation[]>>;
  files?: readonly string[];
}

/** A table of packages that are at hand. */
export function tableOf(source: string, packages: readonly TablePackage[], priority = 99): PackageTable {
  const parts = packages.map((pkg) => /^(?:([0-9]+):)?([^-]*)(?:-(.*))?$/.exec(pkg.evr)!);
  return {
    source,
    priority,
    format: 'rpm',
    count: packages.length,
    name: (i) => packages[i]!.name,
    epoch: (i) => Number(parts[i]![1] ?? 0),
    version: (i) => parts[i]![2]!,
    release: (i) => parts[i]![3] ?? '',
    arch: (i) => packages[i]!.arch,
    vendor: () => '',
    summary: () => '',
    relations: (i, kind) => packages[i]!.relations[kind] ?? [],
    files: (i) => packages[i]!.files ?? [],
    filesComplete: true,
    loadFiles: async () => {},
    groups: [],
    planned: () => {
      throw new Error('not needed here');
    },
  };
}

/** Reads the primary.xml.gz of a repository: only what solving needs, and only what createrepo_c writes. */
export function readPrimary(source: string, repository: string): PackageTable {
  const folder = join(repository, 'repodata');
  const file = readdirSync(folder).find((name) => name.endsWith('primary.xml.gz'))!;
  const xml = gunzipSync(readFileSync(join(folder, file))).toString('utf8');
  const packages: TablePackage[] = [];
  for (const [, body] of xml.matchAll(/<package type="rpm">([\s\S]*?)<\/package>/g)) packages.push(readPackage(body!));
  return tableOf(source, packages);
}

function readPackage(body: string): TablePackage {
  const relations: Partial<Record<RelationKind, Relation[]>> = {};
  for (const kind of RELATION_KINDS) {
    const start = body.indexOf(`<rpm:${kind}>`);
    if (start < 0) continue;
    const block = body.slice(start, body.indexOf(`</rpm:${kind}>`, start));
    relations[kind] = Array.from(block.matchAll(/<rpm:entry ([^>]*?)\/>/g), ([, entry]) =>
      readRelation(attributes(entry!)),
    );
  }
  const version = attributes(/<version ([^>]*)\/>/.exec(body)![1]!);
  return {
    name: /<name>(.*?)<\/name>/.exec(body)![1]!,
    arch: /<arch>(.*?)<\/arch>/.exec(body)![1]!,
    evr: evrOf(version),
    relations,
    files: Array.from(body.matchAll(/<file(?: [^>]*)?>(.*?)<\/file>/g), ([, path]) => unescapeXml(path!)),
  };
}

function readRelation(entry: Record<string, string>): Relation {
  const pre = entry.pre === '1' ? { pre: true } : {};
  const compare = COMPARISONS[entry.flags ?? ''];
  return compare === undefined
    ? { name: entry.name!, ...pre }
    : { name: entry.name!, compare, evr: evrOf(entry), ...pre };
}

function evrOf(entry: Record<string, string>): string {
  const release = entry.rel === undefined ? '' : `-${entry.rel}`;
  return `${entry.epoch === undefined || entry.epoch === '0' ? '' : `${entry.epoch}:`}${entry.ver}${release}`;
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(/([a-z]+)="([^"]*)"/g), ([, key, value]) => [key!, unescapeXml(value!)]),
  );
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
