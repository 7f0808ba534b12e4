import type { Header } from './header.ts';
import { Tag, TagType } from './tags.ts';
import type { Evr } from './version.ts';

/** What identifies a package. */
export interface Nevra extends Evr {
  readonly name: string;
  readonly release: string;
  /** `src` and `nosrc` for source packages. */
  readonly arch: string;
}

/** Whether the header is a source package's: rpm tells by the lack of SOURCERPM. */
export function isSource(header: Header): boolean {
  return !header.has(Tag.SOURCERPM);
}

function architecture(header: Header): string {
  if (isSource(header)) return header.has(Tag.NOSOURCE) || header.has(Tag.NOPATCH) ? 'nosrc' : 'src';
  // Very old packages hold a number that only the lead could explain.
  return (header.entry(Tag.ARCH)?.type ?? 0) < TagType.string ? '' : (header.string(Tag.ARCH) ?? '');
}

/** The identity that a header claims. Missing parts are empty. */
export function nevraOf(header: Header): Nevra {
  const epoch = header.number(Tag.EPOCH);
  return {
    name: header.string(Tag.NAME) ?? '',
    epoch: epoch === undefined ? undefined : String(epoch),
    version: header.string(Tag.VERSION) ?? '',
    release: header.string(Tag.RELEASE) ?? '',
    arch: architecture(header),
  };
}

/** `[epoch:]version-release`. */
export function formatEvr({ epoch, version, release }: Evr): string {
  return `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`;
}

/** `name-[epoch:]version-release.arch`, as rpm prints it. */
export function formatNevra(nevra: Nevra): string {
  return `${nevra.name}-${formatEvr(nevra)}.${nevra.arch}`;
}
