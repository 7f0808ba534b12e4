import type { PackageGroup } from '@ostrata/core';
import type { Environment } from '../../../plugins/repo-rpm/src/metadata/index.ts';
import type { Package } from './repository.ts';

/** Why a package is installed, weakest first. */
export const REASONS = ['dependency', 'weak', 'group', 'external', 'user'] as const;
export type Reason = (typeof REASONS)[number];

export function stronger(a: Reason, b: Reason): Reason {
  return REASONS.indexOf(a) >= REASONS.indexOf(b) ? a : b;
}

export interface Installed {
  readonly pkg: Package;
  /** Repository it came from, `''` for none. */
  readonly from: string;
}

/** A group that was installed, as it was then. */
export interface InstalledGroup {
  readonly group: PackageGroup;
  /** Installed for its own sake and not with an environment. */
  readonly asked: boolean;
  /** Packages that came for it. */
  readonly packages: readonly string[];
  readonly types: readonly string[];
}

export interface InstalledEnvironment {
  readonly environment: Environment;
  /** Groups that came for it. */
  readonly groups: readonly string[];
}

/** What is installed, through the transactions of a scenario. */
export class System {
  installed: readonly Installed[] = [];
  /** By `name.arch`. */
  readonly reasons = new Map<string, Reason>();
  readonly groups = new Map<string, InstalledGroup>();
  readonly environments = new Map<string, InstalledEnvironment>();

  /** What no transaction brought was installed by somebody else. */
  reasonOf(pkg: Package): Reason {
    return this.reasons.get(keyOf(pkg)) ?? 'external';
  }

  add(pkg: Package, from: string): void {
    this.installed = [...this.installed, { pkg, from }];
  }

  remove(gone: (installed: Installed) => boolean): void {
    this.installed = this.installed.filter((one) => !gone(one));
    const left = new Set(this.installed.map(({ pkg }) => keyOf(pkg)));
    for (const key of this.reasons.keys()) if (!left.has(key)) this.reasons.delete(key);
  }
}

export function keyOf({ name, arch }: Package): string {
  return `${name}.${arch}`;
}
