import type { Xattr } from '../codec/xattrs.ts';
import { lsetxattr } from '../syscalls.ts';

/** The attribute with the SELinux label of a file. */
export const SELINUX_XATTR = 'security.selinux';

/** Sets extended attributes, all but a label where that comes from elsewhere. */
export function setXattrs(path: string, xattrs: readonly Xattr[], unlabeled: boolean): void {
  for (const [name, value] of xattrs) if (!unlabeled || name !== SELINUX_XATTR) lsetxattr(path, name, value);
}

export function setLabel(path: string, label: string | undefined): void {
  if (label !== undefined) lsetxattr(path, SELINUX_XATTR, Buffer.from(label));
}
