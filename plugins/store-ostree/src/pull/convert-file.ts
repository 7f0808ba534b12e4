import type { Checksum } from '../codec/checksum.ts';
import { BORROWED_WHOLE, contentChecksum } from '../repo/content.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';

/**
 * Writes a file of one repository to another of any mode, after verifying its checksum unless the repository is to be trusted: then it
 * may bring what is broken there, and reads no byte more than it writes.
 */
export function convertFile(source: Repository, writer: ObjectWriter, id: Checksum, trusted: boolean): void {
  if (writer.has(id, 'file')) return;
  const { meta, content } = source.streamFile(id);
  if (trusted) {
    writer.writeNewFile(id, meta, content);
    return;
  }
  // A longer one is written in the same pass.
  const early = content.size <= BORROWED_WHOLE;
  const actual = early ? contentChecksum(meta, content) : writer.writeStream(meta, content);
  if (actual !== id)
    throw source.corrupt(id, 'file', `its content and metadata have the checksum ${actual}`, { actual });
  if (early) writer.writeNewFile(id, meta, content);
}
