import type { Context, KeySource, RemoteTrust, Signature, Verifier } from '@ostrata/contract';
import type { SecretKey, Signer } from '@ostrata/signatures';
import { VerbError } from '../error.ts';

export const DUMMY = 'dummy';
const KEY_OPTION = 'verification-dummy-key';
const FILE_OPTION = 'verification-dummy-file';

/**
 * The mechanism that libostree has for its own tests (ostree-sign-dummy.c): a signature is the key, whatever was signed. It does nothing
 * unless OSTREE_DUMMY_SIGN_ENABLED is 1, which is asked when it is to be used and not before.
 */
export class DummyMechanism implements Verifier, Signer {
  readonly metadataKey = 'ostree.sign.dummy';
  readonly #enabled: boolean;

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  async sign(_data: Uint8Array, keys: readonly SecretKey[], ctx: Context): Promise<readonly Uint8Array[]> {
    ctx.signal.throwIfAborted();
    this.#check();
    return keys.map(({ from }) => keyBytes(from));
  }

  async verify(
    _data: Uint8Array,
    signatures: readonly Uint8Array[],
    sources: readonly KeySource[],
    ctx: Context,
  ): Promise<readonly Signature[]> {
    ctx.signal.throwIfAborted();
    const keys = sources.map(keyBytes);
    if (signatures.length > 0) this.#check();
    return signatures.map((signature) => {
      const key = keys.find((bytes) => Buffer.compare(bytes, signature) === 0);
      if (key === undefined) return { key: '', verdict: 'bad', signer: null, tried: [''] };
      return { key: Buffer.from(key).toString(), verdict: 'good', signer: null };
    });
  }

  async trusted({ options }: RemoteTrust): Promise<readonly KeySource[]> {
    const [key, file] = [options[KEY_OPTION], options[FILE_OPTION]];
    return [
      ...(file === undefined ? [] : [file]),
      ...(key === undefined ? [] : [{ keys: Buffer.from(key), name: KEY_OPTION }]),
    ];
  }

  describe({ verdict, tried = [] }: Signature): readonly string[] {
    if (verdict === 'good') return ['dummy: Signature verified'];
    return [`signature: dummy: incorrect signatures found: ${Math.max(1, tried.length)}`];
  }

  isBy({ key }: Signature, id: string): boolean {
    return key !== '' && key === id;
  }

  #check(): void {
    if (!this.#enabled) throw new VerbError('dummy signature type is only for ostree testing');
  }
}

function keyBytes(source: KeySource | null): Uint8Array {
  if (source !== null && typeof source !== 'string' && 'keys' in source) return source.keys;
  throw new VerbError('not implemented');
}
