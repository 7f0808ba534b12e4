/**
 * Package scripts that make no sense in an image (rpm-ostree, rust/src/scripts.rs): work-arounds for upgrades in place, and what is
 * done for the whole image at once. `PACKAGE.SCRIPT`.
 */
const ALWAYS = new Set([
  'glibc.prein',
  'glibc-headers.prein',
  'coreutils.prein',
  'ca-certificates.prein',
  'libgcc.post',
  'filesystem.posttrans',
  'setup.post',
  'pinentry.prein',
  'fedora-release.posttrans',
  'vagrant.prein',
  'vagrant-libvirt.prein',
  'bash.post',
  'gdb.prein',
  'systemd.transfiletriggerin',
  'man-db.transfiletriggerin',
  'filesystem.transfiletriggerin',
  'nfs-utils.post',
  'microcode_ctl.post',
  'microcode_ctl.posttrans',
]);

const KERNELS = [
  'kernel',
  'kernel-core',
  'kernel-modules',
  'kernel-redhat-core',
  'kernel-redhat-modules',
  'kernel-debug-core',
  'kernel-debug-modules',
  'kernel-redhat-debug-core',
  'kernel-redhat-debug-modules',
  'kernel-automotive-core',
  'kernel-automotive-modules',
  'kernel-automotive-debug-core',
  'kernel-automotive-debug-modules',
  'kernel-rt-core',
  'kernel-rt-modules',
  'kernel-rt-debug-core',
  'kernel-rt-debug-modules',
  'kernel-16k-core',
  'kernel-16k-modules',
  'kernel-16k-debug-core',
  'kernel-16k-debug-modules',
  'kernel-64k-core',
  'kernel-64k-modules',
  'kernel-64k-debug-core',
  'kernel-64k-debug-modules',
  'kernel-uek',
  'kernel-uek-core',
  'kernel-lt',
  'kernel-lt-core',
  'kernel-lt-modules',
  'kernel-ml',
  'kernel-ml-core',
  'kernel-ml-modules',
];

/** Kernel, module dependencies and initramfs are put in place for the whole image, unless kernel-install does it. */
const KERNEL_SCRIPTS = new Set(KERNELS.map((name) => `${name}.posttrans`));

/** Whether a script, `PACKAGE.SCRIPT`, is not run in images. */
export function isIgnored(script: string, kernelInstall: boolean): boolean {
  return ALWAYS.has(script) || (!kernelInstall && KERNEL_SCRIPTS.has(script));
}
