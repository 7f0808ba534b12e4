import type { PackageGroup, PackageIdentity } from '@ostrata/core';

/** A package as tests write it down. Relations are text: `libfoo`, `libfoo >= 1:2-3`, `(a or b)`. */
export interface FakePackage {
  readonly name: string;
  readonly epoch?: number;
  /** 1 when absent. */
  readonly version?: string;
  /** 1 when absent. */
  readonly release?: string;
  /** noarch when absent. */
  readonly arch?: string;
  readonly requires?: readonly string[];
  readonly provides?: readonly string[];
  readonly conflicts?: readonly string[];
  readonly obsoletes?: readonly string[];
  readonly recommends?: readonly string[];
  readonly suggests?: readonly string[];
  readonly supplements?: readonly string[];
  readonly enhances?: readonly string[];
  /** Contents by path (`usr/bin/x`). */
  readonly files?: { readonly [path: string]: string };
  /** Name of a program of the world that runs in the tree after installation. */
  readonly script?: string;
}

export interface FakeSource {
  readonly packages: readonly FakePackage[];
  readonly groups?: readonly PackageGroup[];
}

export function identityOf(pkg: FakePackage): PackageIdentity {
  return {
    format: 'fake',
    name: pkg.name,
    epoch: pkg.epoch ?? 0,
    version: pkg.version ?? '1',
    release: pkg.release ?? '1',
    arch: pkg.arch ?? 'noarch',
  };
}
