/**
 * Which architectures an installation accepts, best first, for the architectures rpm distributions build
 * (rpm's `arch_compat` lines in rpmrc). Each one is a class of its own: a package of one does not silently replace one of another.
 */
const COMPATIBLE: Record<string, string> = {
  x86_64_v4: 'x86_64_v4 x86_64_v3 x86_64_v2 x86_64 amd64 ia32e athlon i686 i586 i486 i386',
  x86_64_v3: 'x86_64_v3 x86_64_v2 x86_64 amd64 ia32e athlon i686 i586 i486 i386',
  x86_64_v2: 'x86_64_v2 x86_64 amd64 ia32e athlon i686 i586 i486 i386',
  x86_64: 'x86_64 athlon i686 i586 i486 i386',
  athlon: 'athlon i686 i586 i486 i386',
  i686: 'i686 i586 i486 i386',
  i586: 'i586 i486 i386',
  i486: 'i486 i386',
  aarch64: 'aarch64',
  s390x: 's390x s390',
  ppc64le: 'ppc64le',
  ppc64: 'ppc64 ppc',
  riscv64: 'riscv64',
  armv8hl: 'armv8hl armv7hl armv6hl',
  armv7hnl: 'armv7hnl armv7hl armv6hl',
  armv7hl: 'armv7hl armv6hl',
  armv7l: 'armv7l armv6l armv5tejl armv5tel armv5tl armv5l armv4tl armv4l armv3l',
  loongarch64: 'loongarch64',
};

/** Score of packages that fit every architecture. */
export const NOARCH = 1;
const CLASS = 0x10000;

/** Word sizes, for multilib: packages of one name may be side by side when they share no bit. */
const BITS_32 = 1;
const BITS_64 = 2;

export class ArchPolicy {
  readonly arch: string;
  readonly #scores = new Map<string, number>([['noarch', NOARCH]]);

  /** `arch` is that of the machine; with an empty one architectures do not count. */
  constructor(arch: string) {
    this.arch = arch;
    let score = CLASS + 1;
    for (const name of (COMPATIBLE[arch] ?? arch).split(' ')) {
      this.#scores.set(name, score);
      score += CLASS;
    }
  }

  /** 0: cannot be installed here (never without an own architecture); 1: noarch; otherwise smaller is better, and scores of one class differ in the lower 16 bits only. */
  score(arch: string): number {
    return this.#scores.get(arch) ?? (this.arch === '' ? NOARCH : 0);
  }

  /** The word sizes a package takes. */
  color(arch: string): number {
    if (arch === 'noarch' || this.score(arch) === 0) return BITS_32 | BITS_64;
    return arch === 's390x' || arch.includes('64') ? BITS_64 : BITS_32;
  }
}

/** Whether two scores are of one class. */
export function sameClass(a: number, b: number): boolean {
  return ((a ^ b) & 0xffff0000) === 0;
}
