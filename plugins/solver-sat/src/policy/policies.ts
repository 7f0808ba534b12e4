/** What may replace an installed package without being asked for. */
export interface UpdatePolicy {
  readonly downgrade: boolean;
  readonly archChange: boolean;
  readonly vendorChange: boolean;
  /** Packages of another name that obsolete it. */
  readonly nameChange: boolean;
}

export const ANY_UPDATE: UpdatePolicy = { downgrade: true, archChange: true, vendorChange: true, nameChange: true };
export const SAFE_UPDATE: UpdatePolicy = { downgrade: false, archChange: false, vendorChange: false, nameChange: true };

/** How far the solver may go by itself. */
export interface Policies {
  /** What may replace an installed package. */
  readonly update: UpdatePolicy;
  /** The same for what a `distupgrade` job is about. */
  readonly distupgrade: UpdatePolicy;
  /** Any installed package may go when it stands in the way. */
  readonly uninstall: boolean;
  /** What no repository has any more stays through a `distupgrade`. */
  readonly keepOrphans: boolean;
  /** The best update is the best one that `update` allows. */
  readonly bestObeysPolicy: boolean;
  /** Packages of which several versions may be installed still replace what they obsolete. */
  readonly multiversionObsoletes: boolean;
  /** An update job of packages that are not installed makes them the targets. */
  readonly autotarget: boolean;
  /** Packages of a repository hide all of the same name in repositories that are less preferred. */
  readonly strictPriority: boolean;
  /** Where several packages obsolete one, all of them come. */
  readonly allObsoleters: boolean;
  /**
   * What is decided before installed packages are looked at, after the jobs: `new`: what new packages need and nothing installed
   * fulfils; `best`: all that new packages need. `installed` looks at installed packages before the jobs; null goes by jobs alone.
   */
  readonly focus: 'new' | 'best' | 'installed' | null;
  /** Installed packages that can stay are kept before others are replaced, as libsolv does since 0.7.29; else both go by their order. */
  readonly keepFirst: boolean;
  /** A recommendation counts as a requirement that gives way. */
  readonly strongRecommends: boolean;
  /** What installed packages recommend, and what supplements them, comes although it was left out before. */
  readonly weakOfInstalled: boolean;
  /** Of recommendations and supplements only those count that ask about the machine: languages, hardware. */
  readonly weakOfMachine: boolean;
  /** A job that wants one of several packages may be fulfilled by another one than the one that is installed. */
  readonly installUpdates: boolean;
  /** A package need not be for the best architecture that it comes in. */
  readonly inferiorArch: boolean;
}

export const DEFAULT_POLICIES: Policies = {
  update: SAFE_UPDATE,
  distupgrade: ANY_UPDATE,
  uninstall: false,
  keepOrphans: false,
  bestObeysPolicy: false,
  multiversionObsoletes: true,
  autotarget: true,
  strictPriority: false,
  allObsoleters: false,
  focus: null,
  keepFirst: true,
  strongRecommends: false,
  weakOfInstalled: false,
  weakOfMachine: false,
  installUpdates: false,
  inferiorArch: false,
};
