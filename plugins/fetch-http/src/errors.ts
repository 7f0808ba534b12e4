/** What can go wrong while bytes are fetched. */
export const TRANSPORT_ERRORS = {
  TRANSPORT_FAILED: 'No URL of a file could be fetched; the reason of each is among the problems.',
  TRANSPORT_URL_INVALID: 'A URL cannot be parsed, or its scheme is not the one of the transport.',
  TRANSPORT_HTTP_STATUS: 'A server answered with an HTTP status that is no success.',
  TRANSPORT_CONNECTION: 'A connection could not be made, or it broke.',
  TRANSPORT_TIMEOUT: 'A server did not answer in time, or sent too slowly.',
  TRANSPORT_TLS: 'The TLS connection was refused: certificate, host name or protocol.',
  TRANSPORT_REDIRECT:
    'A server redirected to where nobody should follow: from https to http, to another scheme, or in circles.',
  TRANSPORT_PROXY: 'The proxy cannot be used.',
  TRANSPORT_SIZE: 'A file does not have the size that its metadata says.',
  TRANSPORT_TOO_LARGE: 'A file is larger than the request allows.',
  TRANSPORT_CHECKSUM: 'A file does not have the checksum that its metadata says.',
  TRANSPORT_CHECKSUM_UNKNOWN: 'The algorithm of a checksum is not known.',
  TRANSPORT_RANGE: 'A server did not serve the part of a file that was asked for.',
  TRANSPORT_FILE: 'A local file cannot be read.',
  TRANSPORT_WRITE: 'The file could not be written.',
} as const;

export type TransportCode = keyof typeof TRANSPORT_ERRORS;
