import { createHash } from 'node:crypto';

/** Alphabet of z-base-32 (RFC 6189, section 5.1.6). */
const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';

/**
 * Where the key of an address is published: draft-koch-openpgp-webkey-service, section 3.1, advanced and direct method. Null when the
 * text is not one address.
 */
export function webKeyUrls(address: string): { advanced: string; direct: string } | null {
  const [local, domain, ...more] = address.split('@');
  if (local === undefined || local === '' || domain === undefined || domain === '' || more.length > 0) return null;
  const hash = zBase32(createHash('sha1').update(asciiLower(local)).digest());
  const query = `${hash}?l=${encodeURIComponent(local)}`;
  return {
    advanced: `https://openpgpkey.${domain}/.well-known/openpgpkey/${asciiLower(domain)}/hu/${query}`,
    direct: `https://${domain}/.well-known/openpgpkey/hu/${query}`,
  };
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Of 20 bytes: 32 letters and no remainder. */
function zBase32(bytes: Uint8Array): string {
  let text = '';
  for (let bit = 0; bit < bytes.length * 8; bit += 5) {
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += ALPHABET[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}
