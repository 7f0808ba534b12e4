import { RELATION_KINDS, type RelationKind } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';
import { queryError } from '../errors.ts';
import { evrText, fullNevra, type Parts, partsOf, relationText, shortNevra } from './nevra.ts';
import { timeText } from './units.ts';

type Tag = (catalog: Catalog, p: number) => string;

const part =
  (read: (parts: Parts) => string | number): Tag =>
  (catalog, p) =>
    String(read(partsOf(catalog, p)));
const planned =
  (read: (pkg: { size: number; installedSize: number; location: string }) => string | number): Tag =>
  (catalog, p) => {
    const { table, index } = catalog.at(p);
    return String(read(table.planned(index, 'requested')));
  };
const relations =
  (kind: RelationKind): Tag =>
  (catalog, p) => {
    const { table, index } = catalog.at(p);
    return [...new Set(table.relations(index, kind).map(relationText))].sort().join('\n');
  };

/** The name in `NAME-VERSION-RELEASE.src.rpm`. */
export function sourceName(sourcePackage: string): string {
  return sourcePackage.replace(/\.(?:no)?src\.rpm$/, '').replace(/-[^-]+-[^-]+$/, '');
}

/** What a query format can show of a package: dnf's tags, as far as repositories tell them. */
const TAGS: { readonly [tag: string]: Tag } = {
  name: part(({ name }) => name),
  arch: part(({ arch }) => arch),
  epoch: part(({ epoch }) => epoch),
  version: part(({ version }) => version),
  release: part(({ release }) => release),
  evr: part(evrText),
  nevra: shortNevra,
  full_nevra: fullNevra,
  repoid: (catalog, p) => catalog.repo(p),
  reponame: (catalog, p) => catalog.repo(p),
  vendor: (catalog, p) => {
    const { table, index } = catalog.at(p);
    return table.vendor(index);
  },
  summary: (catalog, p) => catalog.summary(p),
  description: (catalog, p) => catalog.details(p).description,
  url: (catalog, p) => catalog.details(p).url,
  license: (catalog, p) => catalog.details(p).license,
  packager: (catalog, p) => catalog.details(p).packager,
  sourcerpm: (catalog, p) => catalog.details(p).sourcePackage,
  source_name: (catalog, p) => sourceName(catalog.details(p).sourcePackage),
  buildtime: (catalog, p) => timeText(catalog.details(p).buildTime),
  size: planned(({ size }) => size),
  downloadsize: planned(({ size }) => size),
  installsize: planned(({ installedSize }) => installedSize),
  location: planned(({ location }) => location),
  ...Object.fromEntries(RELATION_KINDS.map((kind) => [kind, relations(kind)])),
};

export const TAG_NAMES: readonly string[] = Object.keys(TAGS);

/**
 * Reads a format: `%{tag}`, `%WIDTH{tag}` (at the left) and `%-WIDTH{tag}` (at the right, as dnf has it), `\n` and `\t`.
 * @throws HostError QUERY_OPTIONS for a tag that is not known
 */
export function queryFormat(format: string): (catalog: Catalog, p: number) => string {
  const pieces: Tag[] = [];
  const text = format.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  let at = 0;
  for (const match of text.matchAll(/%(-?)(\d{0,4})\{([:.\w]+)\}/g)) {
    const [all, right, width, name] = match as unknown as [string, string, string, string];
    const tag = Object.hasOwn(TAGS, name.toLowerCase()) ? TAGS[name.toLowerCase()]! : null;
    if (tag === null) {
      throw queryError('QUERY_OPTIONS', `The query format has the unknown tag "${name}".`, {
        hint: `Known are: ${TAG_NAMES.join(', ')}.`,
        data: { tag: name, format },
      });
    }
    const before = text.slice(at, match.index);
    const columns = Number(width);
    pieces.push((catalog, p) => {
      const value = tag(catalog, p);
      return before + (right === '-' ? value.padStart(columns) : value.padEnd(columns));
    });
    at = match.index + all.length;
  }
  const rest = text.slice(at);
  return (catalog, p) => pieces.map((piece) => piece(catalog, p)).join('') + rest;
}
