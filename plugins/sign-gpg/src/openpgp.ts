import type * as OpenPgp from 'openpgp';

export type Library = typeof OpenPgp;

/** For calls that take a date and check none. openpgp.js takes null for that, which its types do not say everywhere. */
export const ANY_TIME = null as unknown as Date;

let loading: Promise<Library> | null = null;

/** The OpenPGP library, loaded on first use: most runs check no signature. */
export function openPgp(): Promise<Library> {
  loading ??= import('openpgp');
  return loading;
}

/**
 * What is accepted is what gpg 2.2 accepts, so that verdicts are those of libostree: MD5 is refused; SHA-1, DSA and short RSA keys are
 * not.
 */
export function configuration({ config, enums }: Library): OpenPgp.Config {
  const refused = new Set([enums.hash.md5]);
  return {
    ...config,
    minRSABits: 1023,
    rejectHashAlgorithms: refused,
    rejectMessageHashAlgorithms: refused,
    rejectPublicKeyAlgorithms: new Set(),
    rejectCurves: new Set(),
  };
}
