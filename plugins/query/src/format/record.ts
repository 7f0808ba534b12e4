import { type Json, RELATION_KINDS } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';
import { partsOf, relationText, shortNevra } from './nevra.ts';

/** A package for programs; with `details` all that the metadata says beside files. */
export function packageRecord(catalog: Catalog, p: number, details: boolean): { readonly [key: string]: Json } {
  const { table, index } = catalog.at(p);
  const { location, checksum, size, installedSize } = table.planned(index, 'requested');
  const record = {
    nevra: shortNevra(catalog, p),
    ...partsOf(catalog, p),
    repo: catalog.repo(p),
    summary: catalog.summary(p),
    size,
    installedSize,
    location,
    checksum: `${checksum.algorithm}:${checksum.value}`,
  };
  if (!details) return record;
  const relations = RELATION_KINDS.map((kind) => [kind, table.relations(index, kind).map(relationText)]);
  return { ...record, vendor: table.vendor(index), ...catalog.details(p), ...Object.fromEntries(relations) };
}
