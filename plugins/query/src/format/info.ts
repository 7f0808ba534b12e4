import type { Catalog } from '../catalog/catalog.ts';
import { partsOf } from './nevra.ts';
import { sizeText } from './units.ts';

/** What there is to say of a package, a line a field, in dnf's order. */
export function infoText(catalog: Catalog, p: number): string {
  const parts = partsOf(catalog, p);
  const { table, index } = catalog.at(p);
  const { size } = table.planned(index, 'requested');
  const { sourcePackage, url, license, description } = catalog.details(p);
  const fields: [string, string][] = [['Name', parts.name]];
  if (parts.epoch > 0) fields.push(['Epoch', String(parts.epoch)]);
  fields.push(
    ['Version', parts.version],
    ['Release', parts.release],
    ['Architecture', parts.arch],
    ['Size', sizeText(size)],
    ['Source', sourcePackage || 'None'],
    ['Repository', catalog.repo(p)],
    ['Summary', catalog.summary(p)],
  );
  if (url !== '') fields.push(['URL', url]);
  fields.push(['License', license], ['Description', description]);
  return fields.map(([name, value]) => field(name, value)).join('\n');
}

function field(name: string, value: string): string {
  return value
    .split('\n')
    .map((line, i) => `${(i === 0 ? name : '').padEnd(12)} : ${line}`)
    .join('\n');
}
