import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Fields, Treefile } from '../model/treefile.ts';

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

/** The files that the fields of one file name, relative to its directory. */
export function externalsOf(fields: Fields, directory: string, shown: string): Omit<Externals, 'finalizers'> {
  const { 'postprocess-script': script, 'add-files': added, ...checks } = fields as Treefile;
  const named = (field: string, path: string): ExternalFile => ({
    path: resolve(directory, path),
    named: `${shown}: ${field}`,
  });
  const accounts = (field: 'check-passwd' | 'check-groups') => {
    const check = checks[field];
    return check?.type === 'file' ? named(field, check.filename) : undefined;
  };
  return {
    script: script === undefined ? undefined : { ...named('postprocess-script', script), source: script },
    addFiles: (added ?? []).map(([source, destination]) => ({ ...named('add-files', source), source, destination })),
    passwd: accounts('check-passwd'),
    group: accounts('check-groups'),
  };
}

/** Programs in the `finalize.d` of a directory, sorted. */
export function finalizersIn(directory: string): string[] {
  const place = join(directory, 'finalize.d');
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return [];
  const isProgram = (name: string): boolean => {
    const stat = statSync(join(place, name), { throwIfNoEntry: false });
    return stat?.isFile() === true && (stat.mode & 0o100) !== 0;
  };
  return readdirSync(place)
    .filter(isProgram)
    .sort()
    .map((name) => join('finalize.d', name));
}
