import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** What can go wrong with rpm-md repositories, from the .repo file to the package. */
export const SOURCE_ERRORS = {
  SOURCE_UNKNOWN: 'No .repo file defines a repository of that name.',
  SOURCE_REPO_FILE: 'A .repo file is malformed.',
  SOURCE_OPTIONS: 'The definition of a repository has values that make no sense.',
  SOURCE_VARIABLE: 'A URL of a repository has a variable without a value.',
  SOURCE_LOGIN: 'The login of a repository is no longer where its definition was.',
  SOURCE_UNAVAILABLE: 'The metadata of a repository cannot be fetched.',
  SOURCE_NOT_CACHED: 'Something of a repository is needed offline that is not in the cache.',
  SOURCE_CHECKSUM: 'A local file does not have the checksum that its metadata says.',
  SOURCE_LOCATION: 'A package or metadata file lies outside of its repository.',
  SOURCE_NO_KEY: 'Signatures shall be checked and there is no key to check them with.',
  SOURCE_METADATA_SIGNATURE: 'The metadata of a repository are not signed by one of its keys.',
  SOURCE_PACKAGE_UNSIGNED: 'A package has no signature and its repository demands one.',
  SOURCE_PACKAGE_KEY: 'A package is signed by a key that its repository does not name.',
  SOURCE_PACKAGE_SIGNATURE: 'The signature or a digest of a package is wrong.',
  SOURCE_CACHE: 'The cache of a repository cannot be read or written.',
  METADATA_XML_MALFORMED: 'Repository metadata are not well-formed XML.',
  METADATA_XML_REFUSED: 'Repository metadata declare or use entities of their own.',
  METADATA_TRUNCATED: 'Repository metadata end too early.',
  METADATA_TOO_LARGE: 'Repository metadata are larger than any real ones.',
  METADATA_ENCODING: 'Repository metadata are not UTF-8.',
  METADATA_INVALID: 'Repository metadata break their own format.',
  METADATA_UNEXPECTED: 'A URL answers with something else than the metadata that should be there.',
  METADATA_ZCHUNK: 'Repository metadata in zchunk files are damaged.',
  METADATA_CACHE_DAMAGED: 'The packed form of repository metadata in the cache is damaged; it is rebuilt.',
  METADATA_COMPRESSION: 'Repository metadata cannot be decompressed.',
} as const satisfies ErrorTable;

export type SourceErrorCode = keyof typeof SOURCE_ERRORS;

export function sourceError(
  code: SourceErrorCode,
  message: string,
  options: HostErrorOptions = {},
): HostError<SourceErrorCode> {
  return new HostError(code, message, options);
}
