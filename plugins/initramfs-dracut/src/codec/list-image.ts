import { decompressChunks } from '@ostrata/compression';
import { CpioError, listCpio } from '@ostrata/cpio';

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
/** No initramfs is that large; a damaged one may claim to be. */
const MAX_BYTES = 4 * 1024 ** 3;
const FIELDS = 110;

/**
 * Paths of the files and links in an initramfs image as dracut makes it: an archive of microcode may come first, uncompressed, and is
 * left out. Throws CpioError or CompressionError when the image is of another form or compressed in a way that is not known.
 */
export function listImage(image: Uint8Array): string[] {
  const paths: string[] = [];
  const main = image.subarray(earlySize(image));
  for (const entry of listCpio(decompressChunks(main, { maxBytes: MAX_BYTES }))) {
    if (entry.kind !== 'file' || (entry.header.mode & S_IFMT) === S_IFDIR) continue;
    paths.push(entry.header.name.replace(/^\.?\//, ''));
  }
  return paths;
}

/** Bytes of an uncompressed archive at the begin of an image, with the zeros after it; 0 when the image begins with the main one. */
function earlySize(image: Uint8Array): number {
  const text = (from: number, to: number) => Buffer.from(image.subarray(from, to)).toString('latin1');
  let offset = 0;
  while (text(offset, offset + 6) === '070701') {
    const fileSize = Number.parseInt(text(offset + 54, offset + 62), 16);
    const nameSize = Number.parseInt(text(offset + 94, offset + 102), 16);
    const name = text(offset + FIELDS, offset + FIELDS + nameSize - 1);
    offset = align(align(offset + FIELDS + nameSize) + fileSize);
    if (!(offset <= image.length))
      throw new CpioError('CPIO_TRUNCATED', 'the early archive ends too soon', image.length);
    if (name !== 'TRAILER!!!') continue;
    while (image[offset] === 0) offset++;
    // An image that is not compressed begins like an early archive, and nothing follows it.
    return offset === image.length ? 0 : offset;
  }
  return 0;
}

function align(offset: number): number {
  return offset + ((4 - (offset % 4)) % 4);
}
