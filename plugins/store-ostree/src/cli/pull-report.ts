import type { PullResult } from '../pull/index.ts';
import { formatSize } from './format-size.ts';

/** The line that a dry run ends with. */
export function dryRunReport({ statistics }: PullResult): string {
  const { parts, fetchedParts, size, fetchedSize, uncompressedSize } = statistics.deltas;
  const sizes = `${formatSize(fetchedSize)}/${formatSize(size)}, ${formatSize(uncompressedSize)} total uncompressed`;
  return `Delta update: ${fetchedParts}/${parts} parts, ${sizes}\n`;
}

/** The line that a pull ends with. */
export function pullReport({ local, statistics }: PullResult): string {
  const { metadataImported, contentImported, metadataFetched, contentFetched, deltaParts } = statistics;
  const imported = metadataImported + contentImported > 0;
  let text = `${metadataFetched} metadata, ${contentFetched} content objects fetched`;
  if (local) text = `${metadataImported} metadata, ${contentImported} content objects imported`;
  else if (deltaParts > 0) text = `${deltaParts} delta parts, ${metadataFetched + contentFetched} loose fetched`;
  if (!local && imported) text += ` (${metadataImported} meta, ${contentImported} content local)`;
  const { bytesTransferred: bytes, seconds, contentBytesWritten } = statistics;
  if (bytes > 0) {
    const size = bytes < 1024 ? `${bytes} B` : `${Math.floor(bytes / 1024)} KiB`;
    text += `; ${size} transferred in ${Math.floor(seconds)} seconds`;
  }
  return `${text}; ${formatSize(contentBytesWritten)} content written\n`;
}
