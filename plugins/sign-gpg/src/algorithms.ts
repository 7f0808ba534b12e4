import type { enums } from 'openpgp';
import type { Library } from './openpgp.ts';

/** As gpgme names an algorithm of signatures (gpgme_pubkey_algo_name). */
export function keyAlgorithmName({ enums }: Library, algorithm: enums.publicKey | null): string {
  const { rsaEncryptSign, rsaSign, dsa, ecdsa, eddsaLegacy, ed25519, ed448 } = enums.publicKey;
  const names = new Map<number | null, string>([
    [rsaEncryptSign, 'RSA'],
    [rsaSign, 'RSA-S'],
    [dsa, 'DSA'],
    [ecdsa, 'ECDSA'],
    [eddsaLegacy, 'EdDSA'],
    [ed25519, 'EdDSA'],
    [ed448, 'EdDSA'],
  ]);
  return names.get(algorithm) ?? '[unknown name]';
}

/** As gpgme names a digest (gpgme_hash_algo_name). */
export function hashName({ enums }: Library, algorithm: enums.hash | null): string {
  const name = Object.entries(enums.hash).find(([, value]) => value === algorithm)?.[0];
  return name?.toUpperCase().replace('RIPEMD', 'RIPEMD160').replace('_', '-') ?? '[unknown name]';
}
