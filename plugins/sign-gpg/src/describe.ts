import type { Signature, SignatureDetails } from '@ostrata/contract';
import { localDate } from './local-date.ts';

/** Lines about a signature as libostree words them (`ostree show`); dates are those of the C locale, in local time. */
export function describe({ verdict, expired, details }: Signature): readonly string[] {
  if (details === undefined)
    return [verdict === 'good' ? 'Good signature' : "Can't check signature: it cannot be read"];
  const { fingerprint, primaryFingerprint, created, keyAlgorithm } = details;
  const who = `"${details.userName ?? '[unknown name]'} <${details.userEmail ?? '[unknown email]'}>"`;
  const hasSubkey = primaryFingerprint !== null && primaryFingerprint !== fingerprint;
  const lines = [`Signature made ${localDate(created)} using ${keyAlgorithm} key ID ${fingerprint.slice(-16)}`];
  lines.push(sentence(verdict, expired, who));
  if (hasSubkey) lines.push(`Primary key ID ${primaryFingerprint.slice(-16)}`);
  return [...lines, ...expiries(details, hasSubkey, verdict === 'expired' ? expired : undefined)];
}

function sentence(verdict: Signature['verdict'], expired: Signature['expired'], who: string): string {
  if (verdict === 'unknown-key') return "Can't check signature: public key not found";
  if (verdict === 'good') return `Good signature from ${who}`;
  if (verdict === 'revoked') return 'Key revoked';
  // libostree has no words of its own for an expired key: the line about its expiry follows.
  return `${verdict === 'expired' && expired === 'signature' ? 'Expired' : 'BAD'} signature from ${who}`;
}

function expiries(details: SignatureDetails, hasSubkey: boolean, expired: Signature['expired']): string[] {
  const line = (what: string, time: number | null, isOver: boolean) =>
    time === null || time <= 0 ? [] : [`${what} ${isOver ? 'expired' : 'expires'} ${localDate(time)}`];
  return [
    ...line('Signature', details.expires, expired === 'signature'),
    ...line('Key', details.keyExpires, expired === 'key'),
    ...(hasSubkey ? line('Primary key', details.primaryKeyExpires, expired === 'key') : []),
  ];
}
