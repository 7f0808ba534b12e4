import { type Context, type HostError, keyedCapability, type SourceRef } from '@ostrata/contract';

/** A package source as a configuration file of the machine defines it. */
export interface SourceDefinition {
  readonly id: string;
  /** For people; the id where the file gives none. */
  readonly name: string;
  readonly enabled: boolean;
  readonly file: string;
  /** Ready for `Source.refresh`; null when the definition has mistakes. */
  readonly source: SourceRef | null;
  /** What is wrong with it. */
  readonly problem: HostError | null;
}

/** Knows the configuration files of one kind of source. */
export interface SourceDefinitions {
  /**
   * All definitions in directories (or files named directly), in order, the first of each id. `variables` replace `$name` in them.
   * A file that cannot be read or understood throws its HostError.
   */
  read(
    places: readonly string[],
    variables: Readonly<Record<string, string>>,
    ctx: Context,
  ): Promise<readonly SourceDefinition[]>;
}

/** Keyed by `SourceRef.kind`. */
export const SOURCE_DEFINITIONS = keyedCapability<SourceDefinitions>('source-definitions');

export { FILES_SOURCE, filesSource, type PackageFile, packageFilesExtras, packageFilesOf } from './package-files.ts';
