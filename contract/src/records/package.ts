import type { Checksum, Extras } from './json.ts';

/** Name, epoch, version, release and architecture: what tells one build of a package from another (RPM calls it the NEVRA). */
export interface PackageIdentity {
  /** Package format that understands it, the key of the `package-format` capability: `rpm`. */
  readonly format: string;
  readonly name: string;
  readonly epoch: number;
  readonly version: string;
  /** Empty for formats without one. */
  readonly release: string;
  readonly arch: string;
}

/** Why a package is in a transaction. */
export type PackageReason = 'requested' | 'dependency' | 'weak' | 'base';

/** A package that the Plan names: all that is needed to fetch, check and lay it over. */
export interface PlannedPackage extends PackageIdentity {
  /** Id of the source (repository) it comes from; see {@link SourceRef.id}. */
  readonly source: string;
  /** Where the source has it: a URL or a path relative to the source's base, in the source's own terms. */
  readonly location: string;
  /** Checksum of the package file. */
  readonly checksum: Checksum;
  /** Bytes of the package file. */
  readonly size: number;
  /** Bytes it takes when installed, as its metadata says. */
  readonly installedSize: number;
  readonly reason: PackageReason;
  readonly extras?: Extras;
}

/** `[epoch:]version[-release]`; an epoch of 0 is left out, as rpm and dnf print it. */
export function evrOf(pkg: PackageIdentity): string {
  const epoch = pkg.epoch > 0 ? `${pkg.epoch}:` : '';
  return pkg.release === '' ? `${epoch}${pkg.version}` : `${epoch}${pkg.version}-${pkg.release}`;
}

/** `name-[epoch:]version-release.arch`, the way rpm-ostree, dnf and libsolv write a package. */
export function nevraOf(pkg: PackageIdentity): string {
  return `${pkg.name}-${evrOf(pkg)}.${pkg.arch}`;
}
