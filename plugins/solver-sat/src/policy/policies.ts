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
  /** What new packages need is chosen before installed packages are looked at. */
  readonly newFirst: boolean;
  /** Installed packages that can stay are kept before others are replaced, as libsolv does since 0.7.29; else both go by their order. */
  readonly keepFirst: boolean;
  /** A recommendation counts as a requirement that gives way. */
  readonly strongRecommends: boolean;
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
  newFirst: false,
  keepFirst: true,
  strongRecommends: false,
};
