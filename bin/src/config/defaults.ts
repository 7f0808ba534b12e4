import type { Settings } from './schema.ts';

/** Built-in plugins by name, with the package each is in. To the command line plugins are strings. */
export const BUILT_IN: { readonly [name: string]: string } = {
  'store-ostree': '@ostrata/plugin-store-ostree',
  'fetch-http': '@ostrata/plugin-fetch-http',
  treefile: '@ostrata/plugin-treefile',
  'repo-rpm': '@ostrata/plugin-repo-rpm',
  'solver-sat': '@ostrata/plugin-solver-sat',
  'solver-libsolv': '@ostrata/plugin-solver-libsolv',
  'sandbox-bwrap': '@ostrata/plugin-sandbox-bwrap',
  'layout-ostree': '@ostrata/plugin-layout-ostree',
  'initramfs-dracut': '@ostrata/plugin-initramfs-dracut',
  query: '@ostrata/plugin-query',
  client: '@ostrata/plugin-client',
  layering: '@ostrata/plugin-layering',
  kargs: '@ostrata/plugin-kargs',
  initramfs: '@ostrata/plugin-initramfs',
  'initramfs-etc': '@ostrata/plugin-initramfs-etc',
  'boot-grub': '@ostrata/plugin-boot-grub',
  'boot-systemd-boot': '@ostrata/plugin-boot-systemd-boot',
  'boot-syslinux': '@ostrata/plugin-boot-syslinux',
  'boot-uboot': '@ostrata/plugin-boot-uboot',
  'boot-good': '@ostrata/plugin-boot-good',
  'boot-none': '@ostrata/plugin-boot-none',
  'sign-ed25519': '@ostrata/plugin-sign-ed25519',
  'sign-gpg': '@ostrata/plugin-sign-gpg',
};

/** Built-in plugins that take the place of another one, or need more than every machine has. */
const OFF: ReadonlySet<string> = new Set(['solver-libsolv']);

/** What is in force where no file says otherwise. */
export const DEFAULTS: Settings = {
  plugins: Object.fromEntries(Object.keys(BUILT_IN).map((name) => [name, { enabled: !OFF.has(name) }])),
  order: [],
  capabilities: {},
  cache: null,
  state: null,
  workers: null,
};
