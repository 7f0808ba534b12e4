/** A wish about packages, already resolved to the packages it is about. */
export interface Job {
  readonly kind: 'install' | 'erase' | 'lock';
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
}
