/** What a checkout does where a file is already: fail, replace it, leave it, or fail unless it is the same. Directories merge. */
export type OverwriteMode = 'none' | 'union' | 'add' | 'identical';

export interface CheckoutOptions {
  /** Files belong to the invoking user and have no special bits and attributes. */
  readonly user?: boolean;
  /** Files are copies and never hard links into the repository. */
  readonly copy?: boolean;
  readonly overwrite?: OverwriteMode;
  /** Fail where a hard link cannot be made. Empty files, and symbolic links of user modes, are copies nevertheless. */
  readonly requireLinks?: boolean;
  /** Files `.wh.NAME` remove NAME, as in the layers of containers. */
  readonly whiteouts?: boolean;
  /** Files `.ostree-wh.NAME` become devices 0:0 called NAME, as overlayfs has them. */
  readonly passthroughWhiteouts?: boolean;
  /** Empty files, and those that their owner cannot read, are hard links like the others: good for a checkout that nobody keeps. */
  readonly linkAll?: boolean;
  /** Directories get no mode bits outside 0775. */
  readonly plainDirectories?: boolean;
  /** Files of an archive are unpacked once, into the repository, and are hard links to there; in user mode only. */
  readonly cache?: boolean;
  /** Paths, beginning with a slash, that are left out; those of directories end with one. */
  readonly skip?: ReadonlySet<string>;
  /** Copies and their directories have the time 0 that hard links have, and not the one at which they are made. */
  readonly timeless?: boolean;
  /** The SELinux label of a path, in place of what the commit says; undefined for none. Asks for copies. */
  readonly label?: (path: string, mode: number) => string | undefined;
}
