import { HostError, type HostErrorOptions } from '@ostrata/contract';

/** Error codes of this plugin. */
export const ERRORS = {
  TREEFILE_INVALID: 'A treefile has mistakes; each one is listed with its file, line and column.',
  TREEFILE_SYNTAX: 'A treefile or lockfile is not well-formed YAML, JSON or kickstart.',
  TREEFILE_UNKNOWN_KEY: 'A treefile has a key that no version of the format knows.',
  TREEFILE_TYPE: 'A value in a treefile is of the wrong type or not among the allowed ones.',
  TREEFILE_VALUE: 'A value in a treefile is of the right type and makes no sense.',
  TREEFILE_TOO_LARGE: 'An input file, or what its aliases expand to, is larger than allowed.',
  TREEFILE_UNREADABLE: 'A file that a treefile names is missing or cannot be read.',
  TREEFILE_INCLUDE: 'An include names a file twice, goes too deep or is where none is allowed.',
  TREEFILE_CONDITION: 'A condition of a conditional include cannot be evaluated.',
  TREEFILE_UNSUPPORTED:
    'A treefile uses a field that is understood and not yet acted on; ignoring it would give a wrong image.',
  TREEFILE_OPTIONS: 'The options that a command handed to this plugin are malformed.',
  TREEFILE_NO_REPOS: 'Packages are asked for and no repository is named.',
  TREEFILE_LOCKFILE: 'A lockfile has mistakes; each one is listed with its place.',
  TREEFILE_LOCKED: 'The resolved packages differ from the lockfile.',
  TREEFILE_EXCLUDED: 'An excluded package would be installed.',
  TREEFILE_METADATA: 'Metadata for the commit is malformed.',
  TREEFILE_VERSION: 'The next version of the image cannot be computed.',
  TREEFILE_PATH: 'A path in a treefile leads out of the tree, or through something that is no directory.',
  TREEFILE_SCRIPT_FAILED: 'A postprocess script ended with an error.',
  TREEFILE_ACCOUNTS: 'Users or groups changed or vanished although check-passwd or check-groups forbids it.',
  TREEFILE_WRITE: 'An output file cannot be written.',
} as const;

export type TreefileErrorCode = keyof typeof ERRORS;

/** An error of this plugin. */
export function treefileError(
  code: TreefileErrorCode,
  message: string,
  options: HostErrorOptions = {},
): HostError<TreefileErrorCode> {
  return new HostError(code, message, options);
}
