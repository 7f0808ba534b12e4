/** Architectures whose repositories have another name than their packages (libdnf's basearch). */
const NAMES: { readonly [arch: string]: string } = {
  i386: 'i386',
  i486: 'i386',
  i586: 'i386',
  i686: 'i386',
  amd64: 'x86_64',
  armv7l: 'arm',
  armv7hl: 'armhfp',
  arm64: 'aarch64',
};

/** The name that repositories use for an architecture (`$basearch`). */
export function basearchOf(arch: string): string {
  return NAMES[arch] ?? arch;
}
