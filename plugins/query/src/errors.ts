import { HostError, type HostErrorOptions } from '@ostrata/contract';

/** Error codes of this plugin. */
export const ERRORS = {
  QUERY_REPO_UNKNOWN: 'A repository is named that no .repo file and no --repofrompath defines.',
  QUERY_NO_REPOS: 'A query has no repository to look into.',
  QUERY_OPTIONS: 'Options of a query make no sense, alone or together.',
} as const;

export type QueryCode = keyof typeof ERRORS;

export function queryError(code: QueryCode, message: string, options: HostErrorOptions): HostError<QueryCode> {
  return new HostError(code, message, options);
}
