import { evrOf, type Relation } from '@ostrata/contract';
import type { Catalog } from '../catalog/catalog.ts';

export interface Parts {
  readonly name: string;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
}

export function partsOf(catalog: Catalog, p: number): Parts {
  const { table, index } = catalog.at(p);
  return {
    name: table.name(index),
    epoch: table.epoch(index),
    version: table.version(index),
    release: table.release(index),
    arch: table.arch(index),
  };
}

/** `name-[epoch:]version-release.arch`; an epoch of 0 is left out, as dnf prints packages in sentences. */
export function shortNevra(catalog: Catalog, p: number): string {
  return `${catalog.name(p)}-${catalog.evr(p)}.${catalog.arch(p)}`;
}

/** `name-epoch:version-release.arch`, as `dnf repoquery` prints packages. */
export function fullNevra(catalog: Catalog, p: number): string {
  const { name, epoch, version, release, arch } = partsOf(catalog, p);
  return `${name}-${epoch}:${version}-${release}.${arch}`;
}

export function evrText(parts: Parts): string {
  return evrOf({ ...parts, format: 'rpm' });
}

/** `name >= evr`; a rich dependency is its own text. */
export function relationText({ name, compare, evr }: Relation): string {
  return compare === undefined || evr === undefined ? name : `${name} ${compare} ${evr.replace(/^0:(?!\d+:)/, '')}`;
}
