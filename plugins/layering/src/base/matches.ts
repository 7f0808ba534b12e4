import { evrOf, identityAt, nevraOf, type PackageTable } from '@ostrata/contract';
import { globToRegExp, isGlob } from '@ostrata/package-spec';

/** The NEVRA of a package of a table that is what a request is for, by name, NEVRA form, pattern, provide or file path; null without one. */
export function providerOf(table: PackageTable, spec: string): string | null {
  // What is in a group is for the solver to find out.
  if (spec.startsWith('@') || spec.startsWith('(')) return null;
  const fits = isGlob(spec) ? globToRegExp(spec) : null;
  const equals = (text: string) => (fits === null ? text === spec : fits.test(text));
  const tests = [formOf, providesOf, ...(spec.startsWith('/') ? [filesOf] : [])];
  for (const texts of tests) {
    for (let index = 0; index < table.count; index++) {
      if (texts(table, index).some(equals)) return nevraOf(identityAt(table, index));
    }
  }
  return null;
}

/** The ways to write which package is meant, as dnf has them. */
function formOf(table: PackageTable, index: number): string[] {
  const pkg = identityAt(table, index);
  const { name, arch, version } = pkg;
  const evrs = [evrOf(pkg), evrOf({ ...pkg, epoch: 0 }), `${pkg.epoch}:${evrOf({ ...pkg, epoch: 0 })}`];
  return [
    name,
    `${name}.${arch}`,
    `${name}-${version}`,
    ...evrs.flatMap((evr) => [`${name}-${evr}`, `${name}-${evr}.${arch}`]),
  ];
}

function providesOf(table: PackageTable, index: number): string[] {
  return table
    .relations(index, 'provides')
    .flatMap(({ name, compare, evr }) => [name, ...(compare === undefined ? [] : [`${name} ${compare} ${evr}`])]);
}

const filesOf = (table: PackageTable, index: number): readonly string[] => table.files(index);

/** Indexes of the packages of a name. */
export function namesakes(table: PackageTable, name: string): number[] {
  const found: number[] = [];
  for (let index = 0; index < table.count; index++) if (table.name(index) === name) found.push(index);
  return found;
}
