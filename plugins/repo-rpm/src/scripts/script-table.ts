/** A program that takes the place of a package's own script. */
export interface Replacement {
  readonly interpreter: readonly string[];
  readonly body: string;
  /** Whether macros are expanded in the body. */
  readonly expand?: boolean;
}

/**
 * Package scripts that make no sense in an image: work-arounds for upgrades in place, and what is done for the whole image at once
 * (rpm-ostree, rust/src/scripts.rs). `PACKAGE.SCRIPT`.
 */
export const IGNORED: readonly string[] = [
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
];

/** Packages whose %posttrans puts a kernel in place, which is done for the whole image unless kernel-install does it (rust/src/scripts.rs). */
export const KERNELS: readonly string[] = [
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

/** Scripts that are left out in some releases only, by the end of the package's release (src/libpriv/rpmostree-scripts.cxx). */
export const BROKEN_RELEASES: readonly (readonly [script: string, release: string])[] = [
  ['pam.post', '.el7'],
  ['nvme-cli.post', '.el8_2'],
  ['nvme-cli.post', '.el8'],
];

const linkRelease = (variant: string): Replacement => ({
  interpreter: ['/usr/bin/sh'],
  body: `set -eu\nln -sf os.release.d/os-release-${variant} /usr/lib/os-release\n`,
});

/** Makes the locale archive of its template; the template is copied first, because it is truncated in place. */
const LOCALES: Replacement = {
  interpreter: ['/usr/bin/sh'],
  expand: true,
  body: `set -eu
template=/usr/lib/locale/locale-archive.tmpl
[ -s "$template" ] || exit 0
cp -a "$template" "$template.new"
mv "$template.new" "$template"
exec /usr/sbin/build-locale-archive --install-langs "%{_install_langs}"
`,
};

const GCONV: Replacement = {
  interpreter: ['/usr/bin/sh'],
  body: `set -eu
for directory in /usr/lib64/gconv /usr/lib/gconv; do
  [ ! -d "$directory" ] || exec iconvconfig -o "$directory/gconv-modules.cache" --nostdlib "$directory"
done
`,
};

const LDCONFIG: Replacement = { interpreter: ['/usr/bin/sh'], body: 'exec /sbin/ldconfig\n' };

const CRYPTO_POLICIES: Replacement = {
  interpreter: ['/usr/bin/sh'],
  body: `set -eu
cp /usr/share/crypto-policies/default-config /etc/crypto-policies/config
echo DEFAULT > /etc/crypto-policies/state/current
for policy in /usr/share/crypto-policies/DEFAULT/*; do
  ln -sf "$policy" "/etc/crypto-policies/back-ends/$(basename "$policy" .txt).config"
done
`,
};

/**
 * What runs in place of scripts in Lua that serve upgrades in place or ask for more than an image has: the same effect on a fresh tree
 * (the list of rpm-ostree, src/libpriv/rpmostree-scripts.cxx). `PACKAGE.SCRIPT`.
 */
export const LUA_REPLACEMENTS: ReadonlyMap<string, Replacement> = new Map([
  ['fedora-release-atomichost.post', linkRelease('atomichost')],
  ['fedora-release-coreos.post', linkRelease('coreos')],
  [
    'fedora-release-workstation.post',
    {
      interpreter: ['/usr/bin/sh'],
      body: `${linkRelease('workstation').body}preset=/usr/lib/os.release.d/presets/80-workstation.preset
[ -f "$preset" ] || exit 0
ln -sr "$preset" /usr/lib/systemd/system-preset
systemctl preset -q sshd.socket sshd.service cups.socket cups.path cups.service
`,
    },
  ],
  [
    'fedora-release.post',
    {
      interpreter: ['/usr/bin/sh'],
      body: '[ -L /usr/lib/os-release ] || ln -s os.release.d/os-release-fedora /usr/lib/os-release\n',
    },
  ],
  ['glibc-all-langpacks.posttrans', LOCALES],
  ['glibc-common.post', LOCALES],
  ['glibc-common.transfiletriggerin', LDCONFIG],
  ['glibc.post', GCONV],
  ['glibc.posttrans', { interpreter: ['/usr/bin/true'], body: '' }],
  ['glibc-gconv-extra.post', GCONV],
  ['crypto-policies.post', CRYPTO_POLICIES],
  ['authselect-libs.prein', { interpreter: ['/usr/bin/sh'], body: 'touch /var/lib/rpm-state/authselect.force\n' }],
]);
