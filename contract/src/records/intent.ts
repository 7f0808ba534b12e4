/** One request for packages: what somebody asked for, in the words they used. */
export interface PackageRequest {
  /** A name, NEVRA form, glob, provide, file path (`/usr/bin/x`) or group (`@base`). */
  readonly spec: string;
  /** Only packages of this source satisfy it (treefile `repo-packages`). */
  readonly source?: string;
  /** Who asked, for messages: `manifest.yaml:12`, `origin`. */
  readonly origin?: string;
}

/** Holds a package at one build (a lockfile line). */
export interface Pin {
  readonly name: string;
  /** `[epoch:]version-release` and architecture; an arch of null matches any. */
  readonly evr: string;
  readonly arch: string | null;
  /** `sha256:…` of the package file, where the lockfile has it. */
  readonly digest?: string;
  /** Sources reserved for pinned packages (`lockfile-repos`) are used only through pins. */
  readonly origin?: string;
}

/** What shall be true of the result: the solver's whole question. Groups (`@id`) are expanded by the solver from the sources' comps. */
export interface Intent {
  readonly install: readonly PackageRequest[];
  /** Names of base packages to remove (overrides). */
  readonly remove: readonly string[];
  /** Base packages to be replaced by the packages these name (overrides). */
  readonly replace: readonly PackageRequest[];
  /**
   * Base packages to bring up to date, `*` for all of them; a request with a source takes them from there. With this or `synchronize`
   * the rest of the base may change as far as that needs it, except what `lock` names.
   */
  readonly update?: readonly PackageRequest[];
  /** The same, but to what the sources have: older ones too, and what they have no more may go. */
  readonly synchronize?: readonly PackageRequest[];
  /** Names or patterns of base packages that stay as they are. */
  readonly lock?: readonly string[];
  readonly pins: readonly Pin[];
  /** With strict pins nothing outside of them may be installed. */
  readonly strictPins: boolean;
  /** Names or globs that must not be installed; a hard dependency on one is an error. */
  readonly exclude: readonly string[];
  /** Ids of sources whose packages count only when pinned (treefile `lockfile-repos`). */
  readonly pinnedOnlySources: readonly string[];
  /** Also install recommended packages. */
  readonly weak: boolean;
  /** Architecture to solve for, in the package format's words: `x86_64`. */
  readonly arch: string;
}

/** An intent that asks for nothing. */
export const EMPTY_INTENT: Omit<Intent, 'arch'> = {
  install: [],
  remove: [],
  replace: [],
  pins: [],
  strictPins: false,
  exclude: [],
  pinnedOnlySources: [],
  weak: true,
};
