/**
 * What a job wants of its packages. `install`: one of them. `erase`, `lock` (as it is now), `blacklist` (not unless asked for exactly):
 * all of them. `update`, `distupgrade`: newer ones, or these, in the place of installed ones; `distupgrade` also lets go what no
 * repository has, and goes back. `verify`: installed ones whose dependencies are repaired. `favor`, `disfavor`: preferred or shunned where
 * there is a choice, the last one most. `exclude-weak`: never as a recommendation. `allow-uninstall`: installed ones that may go.
 * `multiversion`: several versions may be installed. `keep`: installed ones that somebody asked for: they do not go for want of use.
 * `drop-orphaned`: installed ones that go when no repository has them any more, also where orphans are kept. `weaken`: what they
 * require gives way.
 */
export type JobKind =
  | 'install'
  | 'erase'
  | 'lock'
  | 'update'
  | 'distupgrade'
  | 'verify'
  | 'favor'
  | 'disfavor'
  | 'blacklist'
  | 'exclude-weak'
  | 'allow-uninstall'
  | 'multiversion'
  | 'keep'
  | 'drop-orphaned'
  | 'weaken';

/** A wish about packages, already resolved to the packages it is about. */
export interface Job {
  readonly kind: JobKind;
  /** In the user's words. */
  readonly spec: string;
  /** What fulfils it: one of these packages for `install` (or, for a rich dependency, one of each list), all of them otherwise. */
  readonly candidates: readonly (readonly number[])[];
  /** Gives way when it cannot be fulfilled. */
  readonly weak: boolean;
  /** Only the best of the candidates will do. */
  readonly best: boolean;
  /** The architecture was named: one that is not the best is fine. */
  readonly anyArch: boolean;
  /** The version was named: going back to it is fine. */
  readonly anyVersion: boolean;
  /** The vendor was named: another one than that of the installed package is fine. */
  readonly anyVendor?: boolean;
  /** The repository was named: one that is not preferred is fine. */
  readonly anyRepo?: boolean;
  /** Means all packages there are. */
  readonly everything?: boolean;
  /** For updates: the candidates are what shall come. By default they are when none of them is installed. */
  readonly targeted?: boolean;
  /** What only packages that go needed goes as well. */
  readonly cleandeps?: boolean;
  /**
   * For `install` and `erase` of what goes with a property of the machine in place of packages: the dependency that asks for it
   * (`namespace:language(de)`), or the string of the namespace for all of its kind. Supplements of it come, or go with `cleandeps`.
   */
  readonly namespace?: number;
}
