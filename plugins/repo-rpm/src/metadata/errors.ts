/** What can be wrong with repository metadata, and what to do about it. */
export const METADATA_HINTS = {
  METADATA_XML_MALFORMED: 'The file is not well-formed XML: refresh the metadata, or tell whoever runs the repository.',
  METADATA_XML_REFUSED: 'Repository metadata needs no entities of its own: do not trust this file.',
  METADATA_TRUNCATED: 'The file ends too early: refresh the metadata.',
  METADATA_TOO_LARGE: 'No real repository is this large: do not trust the file.',
  METADATA_ENCODING: 'Repository metadata must be UTF-8: make it again with a current createrepo_c.',
  METADATA_INVALID:
    'The metadata breaks its own format: make it again with createrepo_c, or tell whoever runs the repository.',
  METADATA_UNEXPECTED: 'Check the URL: it answers with another kind of file.',
  METADATA_ZCHUNK: 'Refresh the metadata; when it stays so, tell whoever runs the repository.',
  METADATA_CACHE_DAMAGED: 'It is rebuilt from the metadata.',
} as const;

export type MetadataCode = keyof typeof METADATA_HINTS;

/** Metadata that cannot be read. `message` is one sentence without the file's name: the caller knows it. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  readonly code: MetadataCode;
  readonly hint: string;
  /** Counted from 1; null where lines mean nothing. */
  readonly line: number | null;

  constructor(code: MetadataCode, message: string, line: number | null = null) {
    super(message);
    this.code = code;
    this.hint = METADATA_HINTS[code];
    this.line = line;
  }
}
