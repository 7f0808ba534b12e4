import { type ByteSource, readExactly, toByteSource } from './byte-source.ts';
import { RpmFormatError } from './errors.ts';
import { Header } from './header.ts';
import { checkHeaderSize } from './header-blob.ts';
import { LEAD_SIZE, type Lead, parseLead } from './lead.ts';
import { mergeSignatureTags, retrofit } from './retrofit.ts';
import { Tag } from './tags.ts';

const HEADER_MAGIC = Buffer.from('8eade80100000000', 'hex');

/** Where a part of the package lies in the file, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** An RPM package without its payload. */
export interface RpmPackage {
  readonly lead: Lead;
  /** The signature header as it is on disk. */
  readonly signature: Header;
  /** The main header as it is on disk: what digests and signatures cover. */
  readonly header: Header;
  /**
   * The header as rpm keeps it: the main header with the tags of the signature header merged in and old forms brought up to date. Everything
   * that describes the package reads from here, and `metadata.toBlob()` is what a package database stores.
   */
  readonly metadata: Header;
  /** Generation of the format: 3 without an immutable region, 6 by RPMFORMAT, else 4. */
  readonly format: 3 | 4 | 6;
  /** The main header with its magic, and the compressed payload. */
  readonly extents: { readonly header: Extent; readonly payload: Extent };
}

function readHeader(
  source: ByteSource,
  position: number,
  what: string,
  region: number,
): { header: Header; length: number } {
  const intro = readExactly(source, position, 16, what);
  if (!intro.subarray(0, 8).equals(HEADER_MAGIC)) {
    throw new RpmFormatError('RPM_HEADER_INVALID', `${what} does not begin with the magic of a header`, { position });
  }
  const signature = region === Tag.HEADERSIGNATURES;
  const size = checkHeaderSize(intro.readUInt32BE(8), intro.readUInt32BE(12), region);
  const blob = readExactly(source, position + 8, 8 + size, what);
  return { header: Header.parse(blob, { region, exact: !signature, typed: !signature }), length: 16 + size };
}

/**
 * Reads lead, signature header and main header of a package, and nothing of its payload.
 * @throws RpmFormatError for everything that rpm would not take as a package.
 */
export function readPackage(input: Uint8Array | ByteSource): RpmPackage {
  const source = toByteSource(input);
  const lead = parseLead(source.read(0, Math.min(LEAD_SIZE, source.size)));
  const { header: signature, length: signatureLength } = readHeader(
    source,
    LEAD_SIZE,
    'the signature header',
    Tag.HEADERSIGNATURES,
  );
  const signatureEnd = LEAD_SIZE + signatureLength;
  const headerOffset = Math.ceil(signatureEnd / 8) * 8;
  readExactly(source, signatureEnd, headerOffset - signatureEnd, 'the padding of the signature header');
  const { header, length } = readHeader(source, headerOffset, 'the main header', Tag.HEADERIMMUTABLE);
  const payloadOffset = headerOffset + length;
  return {
    lead,
    signature,
    header,
    metadata: retrofit(mergeSignatureTags(header, signature)),
    format: header.region === undefined ? 3 : (header.number(Tag.RPMFORMAT) ?? 4) >= 6 ? 6 : 4,
    extents: {
      header: { offset: headerOffset, length },
      payload: { offset: payloadOffset, length: source.size - payloadOffset },
    },
  };
}
