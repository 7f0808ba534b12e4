/** A file that a treefile names, not yet read. */
export interface ExternalFile {
  /** Absolute, or relative to the working directory. */
  readonly path: string;
  /** Who names it: `treefile.yaml: add-files`. */
  readonly named: string;
}

/** The files that a flattened treefile refers to, each resolved against the file that names it. */
export interface Externals {
  readonly script: (ExternalFile & { readonly source: string }) | undefined;
  /** In the order of the flattened `add-files`. */
  readonly addFiles: readonly (ExternalFile & { readonly source: string; readonly destination: string })[];
  readonly passwd: ExternalFile | undefined;
  readonly group: ExternalFile | undefined;
  /** Programs in `finalize.d` directories beside the files. */
  readonly finalizers: readonly string[];
}

export const NO_EXTERNALS: Externals = {
  script: undefined,
  addFiles: [],
  passwd: undefined,
  group: undefined,
  finalizers: [],
};

/** Same rules as for the fields that name them. */
export function mergeExternals(including: Externals, included: Externals): Externals {
  return {
    script: including.script ?? included.script,
    addFiles: [...included.addFiles, ...including.addFiles],
    passwd: including.passwd ?? included.passwd,
    group: including.group ?? included.group,
    finalizers: [...new Set([...including.finalizers, ...included.finalizers])],
  };
}
