import { CompressionError } from '@ostrata/compression';
import { isHostError } from '@ostrata/contract';
import { StringPoolError } from '@ostrata/package-columns';
import { RpmFormatError } from '../codec/index.ts';
import { METADATA_HINTS, MetadataError } from '../metadata/index.ts';
import { sourceError } from './errors.ts';

/** Names the file in an error of a parser; others stay as they are. */
export function inFile(error: unknown, file: string): unknown {
  if (isHostError(error)) return error;
  if (error instanceof MetadataError) {
    const where = error.line === null ? file : `${file}:${error.line}`;
    return sourceError(error.code, `${where}: ${error.message}`, {
      hint: error.hint,
      data: { file, line: error.line },
      cause: error,
    });
  }
  if (error instanceof StringPoolError) {
    return sourceError('METADATA_TOO_LARGE', `${file}: ${error.message}`, {
      hint: METADATA_HINTS.METADATA_TOO_LARGE,
      data: { file },
      cause: error,
    });
  }
  if (error instanceof CompressionError) {
    return sourceError('METADATA_COMPRESSION', `${file}: ${error.message}`, {
      hint: 'Refresh the metadata; when it stays so, tell whoever runs the repository.',
      data: { file, reason: error.code },
      cause: error,
    });
  }
  if (error instanceof RpmFormatError && error.code === 'RPM_KEY_INVALID') {
    return sourceError('SOURCE_NO_KEY', `${file}: ${error.message}`, {
      hint: error.hint,
      data: { file },
      cause: error,
    });
  }
  return error;
}
