/** What OSTREE_SYSROOT_DEBUG asks for: a test wants to write into a deployment, or see none of its device trees (libostree, ostree-sysroot.c). */
export function debugFlagsOf(environment: { readonly [name: string]: string | undefined }): Set<string> {
  return new Set((environment['OSTREE_SYSROOT_DEBUG'] ?? '').split(/[,:; \t]+/));
}
