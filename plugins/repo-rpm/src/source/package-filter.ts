import type { PackedPackages } from '../metadata/index.ts';
import type { Definition } from './definition.ts';

/** The packages that `includepkgs` and `excludepkgs` leave, as indexes into the columns; null for all. */
export function selectPackages(packages: PackedPackages, { includepkgs, excludepkgs }: Definition): Uint32Array | null {
  if (includepkgs.length === 0 && excludepkgs.length === 0) return null;
  const include = includepkgs.map(matcher);
  const exclude = excludepkgs.map(matcher);
  const kept: number[] = [];
  for (let index = 0; index < packages.count; index++) {
    const names = formsOf(packages, index);
    if (include.length > 0 && !include.some((matches) => names.some(matches))) continue;
    if (exclude.some((matches) => names.some(matches))) continue;
    kept.push(index);
  }
  return Uint32Array.from(kept);
}

/** What a package can be called by: the forms of dnf(8), "Specifying packages". */
function formsOf(packages: PackedPackages, index: number): string[] {
  const name = packages.name(index);
  const arch = packages.arch(index);
  const { epoch, version, release } = packages.evr(index);
  const plain = `${name}-${version}-${release}`;
  const full = `${name}-${epoch}:${version}-${release}`;
  return [name, `${name}.${arch}`, `${name}-${version}`, plain, `${plain}.${arch}`, full, `${full}.${arch}`];
}

function matcher(pattern: string): (name: string) => boolean {
  if (!/[*?[]/.test(pattern)) return (name) => name === pattern;
  const source = pattern.replace(/\[!/g, '[^').replace(/[.+^${}()|\\]|\*|\?/g, (char, at: number) => {
    if (char === '*') return '.*';
    if (char === '?') return '.';
    return char === '^' && pattern[at - 1] === '[' ? '^' : `\\${char}`;
  });
  try {
    const expression = new RegExp(`^${source}$`, 's');
    return (name) => expression.test(name);
  } catch {
    return (name) => name === pattern;
  }
}
