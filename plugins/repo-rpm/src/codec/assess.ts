import { describeCheck } from './checks.ts';
import type { CheckResult } from './verify.ts';

/** What all checks of a package say together. */
export interface Assessment {
  /** Nothing is wrong, and every part of the package is covered as demanded. */
  readonly ok: boolean;
  /** Fingerprints of the primary keys that signed. */
  readonly signedBy: readonly string[];
  /** One sentence for each thing that is wrong or missing. */
  readonly problems: readonly string[];
}

type Part = 'header' | 'payload';

function covers(results: readonly CheckResult[], part: Part, kind: 'digest' | 'signature'): boolean {
  return results.some(({ check, verdict }) => verdict === 'ok' && check.kind === kind && check.range.includes(part));
}

/**
 * Judges a package by its verified checks. A bad one is always a problem, and every part must have a good digest. With `signature` the header must
 * be signed by a trusted key, and the payload signed itself or covered by a digest of the signed header.
 */
export function assessPackage(
  results: readonly CheckResult[],
  { signature }: { readonly signature: boolean },
): Assessment {
  const problems = results
    .filter(({ verdict }) => verdict === 'bad')
    .map(({ check, reason }) => `${describeCheck(check)} is bad: ${reason}`);
  const headerSigned = covers(results, 'header', 'signature');
  for (const part of ['header', 'payload'] as const) {
    if (!covers(results, part, 'digest') && !covers(results, part, 'signature'))
      problems.push(`no digest covers the ${part}`);
  }
  if (signature && !headerSigned) problems.push(missingSignature(results));
  else if (signature && !payloadVouched(results)) problems.push('no signature covers the payload');
  const signedBy = new Set(results.flatMap(({ key }) => (key ? [key.primaryFingerprint] : [])));
  return { ok: problems.length === 0, signedBy: [...signedBy], problems };
}

/** A digest of the payload counts only when it stands in the signed header, which MD5 over both does not. */
function payloadVouched(results: readonly CheckResult[]): boolean {
  return results.some(
    ({ check, verdict }) =>
      verdict === 'ok' && (check.kind === 'signature' ? check.range === 'header+payload' : check.range === 'payload'),
  );
}

function missingSignature(results: readonly CheckResult[]): string {
  const unknown = results.find(({ verdict, check }) => verdict === 'nokey' && check.kind === 'signature');
  return unknown ? `${describeCheck(unknown.check)} is of no trusted key` : 'it is not signed';
}
