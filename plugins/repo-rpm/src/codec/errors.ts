/** What can be wrong with an RPM file, and what to do about it. */
export const RPM_FORMAT_HINTS = {
  RPM_NOT_A_PACKAGE: 'Check that the file is an RPM package and not an error page or another archive.',
  RPM_TRUNCATED: 'The file ends too early: download it again.',
  RPM_HEADER_INVALID: 'The package is damaged or not made by rpmbuild: download it again or rebuild it.',
  RPM_HEADER_TOO_LARGE: 'No real package has a header of this size: do not trust the file.',
  RPM_TAG_INVALID: 'The package is damaged or not made by rpmbuild: download it again or rebuild it.',
  RPM_DELTA_UNSUPPORTED: 'Delta and patch packages cannot be used by themselves: fetch the complete package.',
  RPM_PAYLOAD_UNSUPPORTED: 'Rebuild the package with a payload of gzip, bzip2, xz, lzma, zstd or none.',
  RPM_PAYLOAD_MISMATCH: 'The payload does not agree with the header: download the package again or rebuild it.',
  RPM_SIGNATURE_INVALID: 'The signature cannot be parsed: sign the package again.',
  RPM_KEY_INVALID: 'Give an OpenPGP public key, armored or binary.',
} as const;

export type RpmFormatCode = keyof typeof RPM_FORMAT_HINTS;

export type RpmFormatData = Record<string, string | number | boolean>;

/** An RPM file that cannot be read as one. `message` is one sentence without the file's name: the caller knows it. */
export class RpmFormatError extends Error {
  override readonly name = 'RpmFormatError';
  readonly code: RpmFormatCode;
  readonly hint: string;
  readonly data: RpmFormatData;

  constructor(code: RpmFormatCode, message: string, data: RpmFormatData = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = RPM_FORMAT_HINTS[code];
    this.data = data;
  }
}
