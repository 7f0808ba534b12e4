import type { Json } from '@ostrata/contract';

/** Value of a treefile variable. Numbers are whole and not negative. */
export type Variable = boolean | number | string;

export type Variables = { readonly [name: string]: Variable };

export interface RepoPackages {
  readonly repo: string;
  readonly packages: readonly string[];
}

/** How users or groups are compared: an entry is an id, `[id]` or, for users, `[uid, gid]`. */
export type AccountCheck =
  | { readonly type: 'none' | 'previous' }
  | { readonly type: 'file'; readonly filename: string }
  | { readonly type: 'data'; readonly entries: { readonly [name: string]: number | readonly number[] } };

/**
 * A treefile, of one file or flattened, with rpm-ostree's key names (rust/src/treefile.rs, TreeComposeConfig). Keys that are absent
 * have their default. Fields that only client-side origins or later features use are kept as they are.
 */
export interface Treefile {
  readonly packages?: readonly string[];
  readonly 'repo-packages'?: readonly RepoPackages[];
  readonly cliwrap?: boolean;
  readonly 'cliwrap-binaries'?: readonly string[];
  readonly edition?: '2014' | '2024';
  readonly ref?: string;
  readonly metadata?: { readonly [key: string]: Json };
  readonly basearch?: string;
  readonly variables?: Variables;
  readonly repovars?: { readonly [name: string]: string };
  readonly repos?: readonly string[];
  readonly 'lockfile-repos'?: readonly string[];
  readonly selinux?: boolean;
  readonly 'ignore-devices'?: boolean;
  readonly 'selinux-label-version'?: number;
  readonly sysusers?: 'compose-auto' | 'compose-forced';
  readonly ima?: boolean;
  readonly 'gpg-key'?: string;
  readonly 'ostree-layers'?: readonly string[];
  readonly 'ostree-override-layers'?: readonly string[];
  readonly 'exclude-packages'?: readonly string[];
  readonly 'platform-module'?: string;
  readonly container?: boolean;
  readonly recommends?: boolean;
  readonly documentation?: boolean;
  readonly 'install-langs'?: readonly string[];
  readonly 'initramfs-args'?: readonly string[];
  readonly 'no-initramfs'?: boolean;
  readonly 'readonly-executables'?: boolean;
  readonly 'boot-location'?: 'new' | 'modules' | 'kernel-install';
  readonly 'tmp-is-dir'?: boolean;
  readonly 'opt-usrlocal'?: 'var' | 'root' | 'state-overlay';
  readonly units?: readonly string[];
  readonly 'default-target'?: string;
  readonly 'machineid-compat'?: boolean;
  readonly releasever?: string | number;
  readonly 'automatic-version-prefix'?: string;
  readonly 'automatic-version-suffix'?: string;
  readonly 'mutate-os-release'?: string;
  readonly 'etc-group-members'?: readonly string[];
  readonly 'preserve-passwd'?: boolean;
  readonly 'check-passwd'?: AccountCheck;
  readonly 'check-groups'?: AccountCheck;
  readonly 'ignore-removed-users'?: readonly string[];
  readonly 'ignore-removed-groups'?: readonly string[];
  readonly 'postprocess-script'?: string;
  readonly postprocess?: readonly string[];
  readonly 'add-files'?: readonly (readonly [source: string, destination: string])[];
  readonly 'remove-files'?: readonly string[];
  readonly 'remove-from-packages'?: readonly (readonly string[])[];
  readonly 'add-commit-metadata'?: { readonly [key: string]: Json };
  readonly 'repo-metadata'?: 'inline' | 'detached' | 'disabled';
  readonly 'advisories-metadata'?: 'inline' | 'detached' | 'disabled';
  readonly rpmdb?: 'bdb' | 'sqlite' | 'ndb' | 'target' | 'host';
  readonly 'rpmdb-normalize'?: boolean;
  readonly 'container-cmd'?: readonly string[];
}

/** A treefile as it is while it is being put together: any field, by name. */
export type Fields = { readonly [key: string]: Json };
