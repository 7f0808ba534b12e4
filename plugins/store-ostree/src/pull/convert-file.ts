import type { Checksum } from '../codec/checksum.ts';
import type { ObjectWriter } from '../repo/object-writer.ts';
import type { Repository } from '../repo/repository.ts';

/** Writes a file of one repository to another of any mode, after verifying its checksum. */
export function convertFile(source: Repository, writer: ObjectWriter, id: Checksum): void {
  const { meta, content } = source.readFile(id, 'borrow');
  const actual = writer.fileId(meta, content);
  if (actual !== id) throw source.corrupt(id, 'file', `its content and metadata have the checksum ${actual}`);
  writer.writeFile(meta, content);
}
