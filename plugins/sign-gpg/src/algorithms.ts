import type { enums, PublicKey, SignaturePacket, Subkey } from 'openpgp';
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

/** Curves that gpg has and openpgp.js checks only with an optional package that is not maintained. */
const OTHER_CURVES = new Set(['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1']);

/**
 * Why a signature by a key cannot be checked here although gpg could; null when it can. EdDSA over digests of less than 256 bits is
 * against RFC 9580, section 5.2.3.
 */
export function unsupported(library: Library, packet: SignaturePacket, key: PublicKey | Subkey): string | null {
  const { curve } = key.getAlgorithmInfo();
  if (curve !== undefined && OTHER_CURVES.has(curve)) return `the curve ${curve}`;
  const { sha1, ripemd, sha224 } = library.enums.hash;
  const isShort = ([sha1, ripemd, sha224] as (number | null)[]).includes(packet.hashAlgorithm);
  const algorithm = keyAlgorithmName(library, packet.publicKeyAlgorithm);
  return isShort && algorithm === 'EdDSA' ? `EdDSA with ${hashName(library, packet.hashAlgorithm)}` : null;
}
