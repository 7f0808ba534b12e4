/** Base architectures by architecture, where they are not the same (dnf, rpm.cpp and its arch map). */
const BASE_ARCHS: readonly (readonly [RegExp, string])[] = [
  [/^(i[3-6]86|athlon|geode|pentium[34])$/, 'i386'],
  [/^(amd64|ia32e|x86_64_v[234])$/, 'x86_64'],
  [/^armv7hn?l$|^armv8hl$/, 'armhfp'],
  [/^armv[5-7]t?e?j?l$/, 'arm'],
  [/^ppc64p7$/, 'ppc64'],
];

export function baseArch(arch: string): string {
  return BASE_ARCHS.find(([pattern]) => pattern.test(arch))?.[1] ?? arch;
}

export type Variables = { readonly [name: string]: string };

/** Replaces `$name` and `${name}`; names without a value stay, and are told. Names are as long as they can be, and their case counts. */
export function substitute(text: string, variables: Variables, unknown?: (name: string) => void): string {
  return text.replace(
    /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
    (all, braced: string | undefined, plain: string | undefined) => {
      const name = (braced ?? plain)!;
      if (Object.hasOwn(variables, name)) return variables[name]!;
      unknown?.(name);
      return all;
    },
  );
}
