import { RpmFormatError } from './errors.ts';

/** Size of the lead in bytes. */
export const LEAD_SIZE = 96;

/**
 * The first 96 bytes of a package. Only the magic means anything today: rpm ignores the rest, and packages exist whose lead
 * disagrees with their header. Source: rpm, docs/manual/format_lead.md.
 */
export interface Lead {
  readonly major: number;
  readonly minor: number;
  /** As the lead says; the header decides. */
  readonly source: boolean;
  /** The package's name-version-release, cut to 65 bytes. */
  readonly name: string;
  readonly signatureType: number;
}

/**
 * Parses the lead.
 * @throws RpmFormatError RPM_NOT_A_PACKAGE without the magic, RPM_DELTA_UNSUPPORTED for a delta package, RPM_TRUNCATED.
 */
export function parseLead(bytes: Uint8Array): Lead {
  const lead = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (lead.length >= 4 && lead.toString('latin1', 0, 4) === 'drpm') {
    throw new RpmFormatError('RPM_DELTA_UNSUPPORTED', 'the file is a delta package (drpm)');
  }
  if (lead.length < 4 || lead.readUInt32BE(0) !== 0xedabeedb) {
    throw new RpmFormatError('RPM_NOT_A_PACKAGE', 'the file does not begin with the magic of an RPM package');
  }
  if (lead.length < LEAD_SIZE) {
    throw new RpmFormatError('RPM_TRUNCATED', `the lead has ${lead.length} bytes of ${LEAD_SIZE}`);
  }
  const name = lead.subarray(10, 76);
  const end = name.indexOf(0);
  return {
    major: lead.readUInt8(4),
    minor: lead.readUInt8(5),
    source: lead.readUInt16BE(6) === 1,
    name: name.toString('utf8', 0, end < 0 ? name.length : end),
    signatureType: lead.readUInt16BE(78),
  };
}
