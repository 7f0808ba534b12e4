import type { Metadata } from './json.ts';

/**
 * What the image shall look like apart from its packages: the part of a treefile that more than one plugin needs to know.
 * What only one plugin does (scripts to run, files to add) travels in the record's `extras`.
 */
export interface ImageSpec {
  /** Branch the commit goes to; null makes a commit that no ref names. */
  readonly ref: string | null;
  /** Whether files marked as documentation are installed. */
  readonly documentation: boolean;
  /** Languages whose files are installed; null for all. */
  readonly languages: readonly string[] | null;
  /**
   * Files that packages are laid over without: what matches one of the patterns (JavaScript, anywhere in the absolute path as the tree has
   * it: `/usr/etc/…`), a directory with all below it. None when absent.
   */
  readonly omit?: readonly { readonly package: string; readonly patterns: readonly string[] }[];
  /** Names of packages whose files take the place of those that others have. None when absent. */
  readonly replaceFiles?: readonly string[];
  readonly kernel: {
    /** Where kernel and initramfs go: below usr/lib/modules/KVER only, or in usr/lib/ostree-boot as well (rpm-ostree's `new`). */
    readonly location: 'modules' | 'new' | 'kernel-install';
    /** Whether an initramfs is generated. */
    readonly initramfs: boolean;
    /** Arguments for the generator; empty means its defaults. */
    readonly initramfsArgs: readonly string[];
  };
  readonly layout: {
    /** `/tmp` as a directory of mode 1777 or as a link to sysroot/tmp. */
    readonly tmp: 'directory' | 'symlink';
    /** Where /opt and /usr/local lead (treefile `opt-usrlocal`). */
    readonly optUsrLocal: 'var' | 'root' | 'stateoverlay';
    /** `/etc/machine-id` empty, or absent (then systemd runs first-boot presets). */
    readonly machineId: 'empty' | 'absent';
    /** Strips write permission from executables. */
    readonly readonlyExecutables: boolean;
    /** Groups that stay in /etc/group beside /usr/lib/group. */
    readonly etcGroupMembers: readonly string[];
    /** Skips character and block devices of packages (otherwise an error). */
    readonly ignoreDevices: boolean;
    /** Users and groups keep the numbers that they have in the parent commit; also when absent. */
    readonly preserveAccounts?: boolean;
  };
  /** Whether files are labelled for SELinux. */
  readonly selinux: boolean;
  /** `%_dbpath` conventions: `target` is the format the image's own rpm reads. */
  readonly database: 'target' | 'host';
  /** Subject of the commit. */
  readonly subject: string;
  /** Metadata to put on the commit beside what plugins add. */
  readonly metadata: Metadata;
}

/** rpm-ostree's defaults for treefiles of the 2014 edition, with the kernel where both editions agree it may be. */
export const DEFAULT_IMAGE: ImageSpec = {
  ref: null,
  documentation: true,
  languages: null,
  kernel: { location: 'new', initramfs: true, initramfsArgs: [] },
  layout: {
    tmp: 'symlink',
    optUsrLocal: 'var',
    machineId: 'empty',
    readonlyExecutables: false,
    etcGroupMembers: [],
    ignoreDevices: true,
  },
  selinux: true,
  database: 'target',
  subject: '',
  metadata: {},
};
