/** Debian packages that make a root with a shell and a package manager: quick to build, no kernel. */
const SMALL = [
  'base-files',
  'base-passwd',
  'bash',
  'coreutils',
  'dash',
  'findutils',
  'gawk',
  'grep',
  'gzip',
  'less',
  'libc-bin',
  'login',
  'passwd',
  'rpm',
  'sed',
  'tar',
  'tzdata',
  'util-linux',
  'netbase',
  'usr-is-merged',
];

/** Packages that make a root which boots as an OSTree deployment. */
const BOOTABLE = [
  ...SMALL,
  'ca-certificates',
  'dbus',
  'dracut',
  'e2fsprogs',
  'iproute2',
  'kmod',
  'linux-image-cloud-amd64',
  'mount',
  'ostree',
  'ostree-boot',
  'procps',
  'sudo',
  'systemd',
  'systemd-sysv',
  'udev',
  'vim-tiny',
  'xz-utils',
  'zstd',
];

export const PACKAGE_SETS: { readonly [name: string]: readonly string[] } = { small: SMALL, bootable: BOOTABLE };

/** Spec sections for packages whose Debian maintainer script does something that an image cannot do without. */
export const SCRIPTS: { readonly [name: string]: string } = {
  'base-passwd': `%post
cp /usr/share/base-passwd/passwd.master /etc/passwd
cp /usr/share/base-passwd/group.master /etc/group
sed -i 's/^\\([^:]*\\):\\*:/\\1:x:/' /etc/passwd
`,
  'dbus-system-bus-common': `%pre
getent passwd messagebus >/dev/null || useradd --system --shell /usr/sbin/nologin messagebus
`,
  gawk: '%post\nln -sf gawk /usr/bin/awk\n',
  'libc-bin': '%posttrans\n/usr/sbin/ldconfig\n',
  systemd: `%post
systemctl preset-all || :
%transfiletriggerin -- /usr/lib/sysusers.d
systemd-sysusers || :
`,
};
