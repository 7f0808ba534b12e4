import { createHash } from 'node:crypto';
import type { Json } from '@ostrata/contract';
import { treefileError } from '../errors.ts';
import type { FlattenedTreefile } from '../flatten.ts';
import type { ExternalFile } from '../load/externals.ts';
import { type ReadFile, readInput } from '../load/files.ts';
import type { Treefile } from '../model/treefile.ts';

/** A file as it is part of a Plan. */
export interface PlannedFile {
  readonly sha256: string;
  /** Base64. */
  readonly content: string;
}

/**
 * All that this plugin needs of a treefile once the Plan is made: `plan.inputs.extras.treefile`. It has the contents of files and not
 * their paths, so that a Plan is complete and its digest depends on what is in them.
 */
export interface Decisions {
  readonly flattened: Treefile;
  readonly script: (PlannedFile & { readonly name: string }) | null;
  readonly addFiles: readonly (PlannedFile & { readonly destination: string; readonly mode: number })[];
  /** The files of `check-passwd` and `check-groups` of type `file`. */
  readonly passwd: PlannedFile | null;
  readonly group: PlannedFile | null;
}

/** Reads the files that a treefile names. */
export function readContents({ treefile, externals }: FlattenedTreefile): Decisions {
  const { script } = externals;
  return {
    flattened: treefile,
    script: script === undefined ? null : { name: script.source, ...planned(readScript(script)) },
    addFiles: externals.addFiles.map((file) => {
      const read = readInput(file.path, file.named);
      return { destination: normalized(file.destination), mode: read.stat.mode & 0o7777, ...planned(read) };
    }),
    passwd: treefile['check-passwd']?.type === 'file' ? accounts(externals.passwd) : null,
    group: treefile['check-groups']?.type === 'file' ? accounts(externals.group) : null,
  };
}

/** The contents of a planned file. */
export function contentOf(file: PlannedFile): Buffer {
  return Buffer.from(file.content, 'base64');
}

/** The decisions that a Plan carries; undefined when it was not made from a treefile. */
export function decisionsOf(extras: { readonly [plugin: string]: Json }): Decisions | undefined {
  const own = extras['treefile'];
  return own !== null && typeof own === 'object' && 'flattened' in own ? (own as unknown as Decisions) : undefined;
}

function readScript(file: ExternalFile): ReadFile {
  const read = readInput(file.path, file.named);
  if ((read.stat.mode & 0o111) !== 0) return read;
  throw treefileError('TREEFILE_UNREADABLE', `${file.named}: ${file.path} is not executable.`, {
    hint: 'Make it executable with chmod +x.',
    data: { path: file.path },
  });
}

function accounts(file: ExternalFile | undefined): PlannedFile | null {
  return file === undefined ? null : planned(readInput(file.path, file.named));
}

function planned({ content }: ReadFile): PlannedFile {
  return { sha256: createHash('sha256').update(content).digest('hex'), content: content.toString('base64') };
}

function normalized(destination: string): string {
  return destination.replace(/^\/+/, '');
}
