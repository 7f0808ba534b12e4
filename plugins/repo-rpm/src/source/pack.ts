import type { StopFlag } from '@ostrata/threads';
import {
  encodeAdvisories,
  encodeChangelogs,
  encodeFileLists,
  encodePackages,
  FileListsReader,
  OtherReader,
  PrimaryReader,
  UpdateInfoReader,
} from '../metadata/index.ts';
import { inFile } from './in-file.ts';
import { openMetadata } from './open-metadata.ts';

/** Metadata that are kept packed. */
export type PackKind = 'primary' | 'filelists' | 'other' | 'updateinfo';

/** Metadata to parse: what they are, where they lie, and what identifies them. */
export interface PackJob {
  readonly kind: PackKind;
  /** The file as it was served, compressed. */
  readonly path: string;
  readonly key: string;
  /** The most that may come out of it, in bytes. */
  readonly maxBytes: number;
  /** The file's name for errors. */
  readonly label: string;
}

/** One file, or the two of packages. */
export type Packed = Uint8Array | { readonly index: Uint8Array; readonly details: Uint8Array };

const PACKERS: { readonly [Kind in PackKind]: (chunks: Iterable<Uint8Array>, key: string) => Packed } = {
  primary: (chunks, key) => encodePackages(readAll(new PrimaryReader(), chunks), key),
  filelists: (chunks, key) => encodeFileLists(readAll(new FileListsReader(), chunks), key),
  other: (chunks, key) => encodeChangelogs(readAll(new OtherReader(), chunks), key),
  updateinfo: (chunks, key) => encodeAdvisories(readAll(new UpdateInfoReader(), chunks), key),
};

/** Parses metadata into their packed form; `stop` is looked at now and then. @throws HostError METADATA_… with file and line, ThreadStopped */
export function pack({ kind, path, key, maxBytes, label }: PackJob, stop?: StopFlag): Packed {
  try {
    return PACKERS[kind](untilStopped(openMetadata(path, maxBytes), stop), key);
  } catch (error) {
    throw inFile(error, label);
  }
}

function* untilStopped(chunks: Iterable<Uint8Array>, stop: StopFlag | undefined): Generator<Uint8Array> {
  for (const chunk of chunks) {
    stop?.throwIfSet();
    yield chunk;
  }
}

function readAll<T>(reader: { write(chunk: Uint8Array): void; end(): T }, chunks: Iterable<Uint8Array>): T {
  for (const chunk of chunks) reader.write(chunk);
  return reader.end();
}
