import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';
import { RpmFormatError } from './codec/errors.ts';

/** What can go wrong with RPM packages, from the file to the database. */
export const RPM_ERRORS = {
  RPM_NOT_A_PACKAGE: 'A file that should be an RPM package is something else.',
  RPM_TRUNCATED: 'An RPM package ends too early.',
  RPM_HEADER_INVALID: 'The header of an RPM package is malformed.',
  RPM_HEADER_TOO_LARGE: 'The header of an RPM package claims a size that no real package has.',
  RPM_TAG_INVALID: 'A tag of an RPM header has a value that contradicts another or its own type.',
  RPM_DELTA_UNSUPPORTED: 'A delta package was given where a complete package is needed.',
  RPM_PAYLOAD_UNSUPPORTED: 'The payload of a package is packed in a way that is not supported.',
  RPM_PAYLOAD_MISMATCH: 'The payload of a package does not agree with its header.',
  RPM_SIGNATURE_INVALID: 'The signature of a package cannot be parsed.',
  RPM_KEY_INVALID: 'A public key cannot be parsed.',
  RPM_IDENTITY_MISMATCH: 'A package file holds another package than the metadata said.',
  RPM_SOURCE_PACKAGE: 'A source package was given where a binary package is needed.',
  RPM_PATH_INVALID: 'A package owns a path that cannot be put into a tree safely.',
  RPM_PATH_CONFLICT: 'Two entries of one package contradict each other.',
  RPM_DEVICE_NODE: 'A package owns a device node, which a commit cannot hold.',
  RPM_CAPABILITIES_INVALID: 'The file capabilities of a package cannot be understood.',
  RPM_OWNER_UNKNOWN: 'A package gives a file to a user or group that does not exist in the tree.',
  RPM_SCRIPT_UNSUPPORTED: 'A package has a script or trigger of a kind that cannot be run.',
  RPM_SCRIPT_FAILED: 'A package script ended with an error.',
  RPM_TREE_BROKEN: 'After the package scripts no program runs in the tree any more.',
  RPM_DATABASE_UNSUPPORTED: 'The package database of a tree has a format that cannot be read.',
  RPM_DATABASE_INVALID: 'The package database of a tree is damaged.',
  RPM_FILE_ABSENT: 'A package file that was named cannot be read.',
  RPM_FILE_DAMAGED: 'A package file does not have the digests that it says it has.',
  RPM_IMPORT_ABSENT: 'A package that came as a file is not in the repository any more.',
  RPM_IMPORT_INVALID: 'A commit of the package cache lacks what an imported package has.',
} as const satisfies ErrorTable;

export type RpmErrorCode = keyof typeof RPM_ERRORS;

export class RpmError extends HostError<RpmErrorCode> {}

export function rpmError(code: RpmErrorCode, message: string, options: HostErrorOptions = {}): RpmError {
  return new RpmError(code, message, options);
}

/** Names the package file in an error that does not know it; errors of others stay as they are. */
export function withFile(error: unknown, file: string): unknown {
  const known = error instanceof RpmFormatError || error instanceof RpmError;
  if (!known || error.data['file'] !== undefined) return error;
  return rpmError(error.code, `${file}: ${error.message}`, {
    ...(error.hint === null ? {} : { hint: error.hint }),
    data: { ...error.data, file },
    cause: error,
  });
}
