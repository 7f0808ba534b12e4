import type { SignaturePacket } from 'openpgp';
import { packetSpans, TAG } from './codec/packets.ts';
import { configuration, openPgp } from './openpgp.ts';

const ARMOR = '-----BEGIN PGP SIGNATURE-----';

/**
 * The signature packets in bytes, one after another, binary or armored; null when there is none, or anything else: whoever can add to
 * a signature unseen could hide something there.
 */
export async function readSignatures(bytes: Uint8Array): Promise<SignaturePacket[] | null> {
  const library = await openPgp();
  const config = configuration(library);
  try {
    const isArmored = ((bytes[0] ?? 0) & 0x80) === 0;
    const text = Buffer.from(bytes).toString('latin1');
    if (isArmored && !text.trimStart().startsWith(ARMOR)) return null;
    if (!isArmored && packetSpans(bytes).some(({ tag }) => tag !== TAG.signature)) return null;
    const { packets } = isArmored
      ? await library.readSignature({ armoredSignature: text, config })
      : await library.readSignature({ binarySignature: bytes, config });
    const found = [...packets];
    return found.length > 0 && found.every((packet) => packet instanceof library.SignaturePacket) ? found : null;
  } catch {
    return null;
  }
}
