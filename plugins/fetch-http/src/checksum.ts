import { createHash, getHashes, type Hash } from 'node:crypto';
import { type Checksum, HostError } from '@ostrata/contract';
import type { TransportCode } from './errors.ts';

/** `sha` is what old rpm-md calls SHA-1. */
const ALIASES: { readonly [name: string]: string } = { sha: 'sha1' };

/** A running hash for a checksum. @throws HostError TRANSPORT_CHECKSUM_UNKNOWN */
export function hashFor({ algorithm }: Checksum): Hash {
  const name = ALIASES[algorithm.toLowerCase()] ?? algorithm.toLowerCase();
  if (!/^(md5|sha)/.test(name) || !getHashes().includes(name)) {
    throw new HostError<TransportCode>(
      'TRANSPORT_CHECKSUM_UNKNOWN',
      `the checksum algorithm "${algorithm}" is not known`,
      {
        hint: 'Use metadata with sha256 checksums.',
        data: { algorithm },
      },
    );
  }
  return createHash(name);
}
