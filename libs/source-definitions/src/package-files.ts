import type { Json, Snapshot, SourceRef } from '@ostrata/contract';

/** The one id of a source of package files: what was planned from it stays the same from run to run. */
export const FILES_SOURCE = '@files';

/** Ends the kind of source for package files that somebody names one by one: `rpm-files`. */
const KIND_ENDING = '-files';

/** A package that came as a file. Once it is imported the file is not needed any more. */
export interface PackageFile {
  /** sha256 (hex) of all that comes before the payload, by which origin files name a package as well. */
  readonly digest: string;
  /** `name-[epoch:]version-release.arch`. */
  readonly nevra: string;
  readonly name: string;
  /** Where the file is; null for one that was imported. */
  readonly file: string | null;
}

/**
 * A source of package files.
 * @param files paths or http(s) URLs.
 * @param imported packages that a repository has from earlier, as `DIGEST:NEVRA`.
 * @param repository the one that has them.
 * @param kinds keys that the capability `source` has providers for.
 * @returns null where no plugin provides such a source.
 */
export function filesSource(
  files: readonly string[],
  imported: readonly string[],
  repository: string,
  kinds: readonly string[],
): SourceRef | null {
  const kind = kinds.find((key) => key.endsWith(KIND_ENDING));
  if (kind === undefined) return null;
  return { id: FILES_SOURCE, kind, priority: 1, options: { files, imported, repository } };
}

/** What a snapshot of such a source has, first those of `files` in their order. */
export function packageFilesOf(snapshot: Snapshot): readonly PackageFile[] {
  return (snapshot.extras['packages'] ?? []) as unknown as readonly PackageFile[];
}

/** As a provider puts them into its snapshot. */
export const packageFilesExtras = (packages: readonly PackageFile[]): { readonly packages: Json } => ({
  packages: packages as unknown as Json,
});
