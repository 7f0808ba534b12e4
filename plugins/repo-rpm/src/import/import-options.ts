import type { ImageSpec, Metadata } from '@ostrata/contract';

/** Raised whenever the same package would be imported differently: packages of other versions are imported again. */
export const IMPORT_VERSION = 1;

/** What of an image decides how a package is imported. */
export interface ImportOptions {
  readonly documentation: boolean;
  /** Sorted; null for all. */
  readonly languages: readonly string[] | null;
  readonly readonlyExecutables: boolean;
  readonly ignoreDevices: boolean;
}

export function importOptions(image: ImageSpec): ImportOptions {
  const languages = image.languages === null || image.languages.includes('all') ? null : [...image.languages].sort();
  return {
    documentation: image.documentation,
    languages,
    readonlyExecutables: image.layout.readonlyExecutables,
    ignoreDevices: image.layout.ignoreDevices,
  };
}

/** Marks a commit of a package whose device nodes were left out. */
export const DEVICES_IGNORED = 'ostrata.devices-ignored';

/** Keys of a package's commit that record how it was imported; `rpmostree.nodocs` is rpm-ostree's. */
export function optionsMetadata(options: ImportOptions): Metadata {
  return {
    'ostrata.import-version': { type: 'u', value: IMPORT_VERSION },
    ...(options.documentation ? {} : { 'rpmostree.nodocs': { type: 'b', value: true } }),
    ...(options.languages === null ? {} : { 'ostrata.languages': { type: 'as', value: options.languages } }),
    ...(options.readonlyExecutables ? { 'ostrata.readonly-executables': { type: 'b', value: true } } : {}),
  };
}

const KEYS = [
  'ostrata.import-version',
  'rpmostree.nodocs',
  'ostrata.languages',
  'ostrata.readonly-executables',
] as const;

/** Whether a commit was imported with these options. */
export function importedWith(metadata: Metadata, options: ImportOptions): boolean {
  if (!options.ignoreDevices && metadata[DEVICES_IGNORED] !== undefined) return false;
  const wanted = optionsMetadata(options);
  return KEYS.every((key) => JSON.stringify(metadata[key]?.value) === JSON.stringify(wanted[key]?.value));
}
