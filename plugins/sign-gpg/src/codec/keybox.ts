/** Blob types of a keybox; others (X.509) hold no OpenPGP key. */
const HEADER = 1;
const OPENPGP = 2;

/** Whether bytes are a keybox (`pubring.kbx`): its first blob is a header with the magic at offset 8. */
export function isKeybox(bytes: Uint8Array): boolean {
  return bytes.length >= 32 && bytes[4] === HEADER && Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'KBXf';
}

/**
 * The OpenPGP key blocks in a keybox, as GnuPG 2.1 and later keep them. Source: the comment at the top of kbx/keybox-blob.c in GnuPG: a
 * blob is u32 size, type, version, u16 flags, then u32 offset and size of the key block; all big-endian. Throws an Error that names
 * the offset of what is not a blob.
 */
export function keyboxBlocks(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const size = start + 4 <= bytes.length ? view.getUint32(start) : 0;
    if (size < 5 || start + size > bytes.length) throw new Error(`no whole keybox blob at byte ${start}`);
    if (bytes[start + 4] === OPENPGP) {
      if (size < 16) throw new Error(`the keybox blob at byte ${start} is too short`);
      const offset = view.getUint32(start + 8);
      const length = view.getUint32(start + 12);
      if (offset < 16 || offset + length > size) throw new Error(`the keybox blob at byte ${start} has no key block`);
      blocks.push(bytes.subarray(start + offset, start + offset + length));
    }
    start += size;
  }
  return blocks;
}
