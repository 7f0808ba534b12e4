import type { Context, KeySource, Verifier } from '@ostrata/contract';
import type { Signer } from '@ostrata/signatures';
import type { Metadata } from '../../codec/commit.ts';
import { VerbError } from '../error.ts';
import type { OptionSpec, OptionValues } from '../verb.ts';
import { DEFAULT_TYPE, gpg, secretKeys, signaturesUnder, signSigner, withMore } from './mechanism.ts';

/** The keys that bytes are to be signed with. */
export interface SigningKeys {
  readonly type: string;
  /** Keys themselves, as libostree takes them. */
  readonly keys: readonly string[];
  readonly files: readonly string[];
  readonly gpgKeys: readonly string[];
  readonly gpgHome: string | undefined;
}

export const GPG_OPTIONS: readonly OptionSpec[] = [
  { name: 'gpg-sign', kind: 'list', summary: 'GPG Key ID to sign the commit with', value: 'KEY-ID' },
  { name: 'gpg-homedir', kind: 'text', summary: 'GPG Homedir to use when looking for keyrings', value: 'HOMEDIR' },
];
export const SIGN_OPTIONS: readonly OptionSpec[] = [
  { name: 'sign', kind: 'list', summary: 'Sign with the key KEY_ID', value: 'KEY_ID' },
  { name: 'sign-from-file', kind: 'list', summary: 'Sign with the keys in the file PATH', value: 'PATH' },
  { name: 'sign-type', kind: 'text', summary: "Signature type to use (defaults to 'ed25519')", value: 'NAME' },
];

export const signingKeys = (options: OptionValues): SigningKeys => ({
  type: options.text('sign-type') ?? DEFAULT_TYPE,
  keys: options.list('sign'),
  files: options.list('sign-from-file'),
  gpgKeys: options.list('gpg-sign'),
  gpgHome: options.text('gpg-homedir'),
});

export const isSigned = ({ keys, files, gpgKeys }: SigningKeys): boolean =>
  keys.length + files.length + gpgKeys.length > 0;

/** Detached metadata with a signature by each of the keys; `repository` is for the keyrings that tell who has signed before. */
export async function signBytes(
  bytes: Uint8Array,
  metadata: Metadata,
  keys: SigningKeys,
  ctx: Context,
  once?: { readonly repository: string },
): Promise<Metadata> {
  let signed = metadata;
  if (keys.keys.length + keys.files.length > 0) {
    const signer = await signSigner(ctx, keys.type);
    const secrets = [...secretKeys(keys.keys, undefined), ...keys.files.map((from) => ({ from, id: null }))];
    signed = withMore(signed, signer.metadataKey, await signer.sign(bytes, secrets, ctx));
  }
  if (keys.gpgKeys.length === 0) return signed;
  const { signer, verifier } = await gpg(ctx);
  for (const id of keys.gpgKeys) {
    if (once) await refuseSecond(verifier, bytes, signed, { id, home: keys.gpgHome, ...once }, ctx);
    signed = withMore(signed, signer.metadataKey, await signWithGpg(signer, bytes, id, keys.gpgHome, ctx));
  }
  return signed;
}

/** As libostree, a commit gets no two signatures of one key. */
async function refuseSecond(
  verifier: Verifier,
  bytes: Uint8Array,
  metadata: Metadata,
  { id, home, repository }: { readonly id: string; readonly home: string | undefined; readonly repository: string },
  ctx: Context,
): Promise<void> {
  const before = signaturesUnder(metadata, verifier.metadataKey) ?? [];
  if (before.length === 0) return;
  const trusted = await verifier.trusted({ repository, remote: null, options: {} });
  // The home directory tells which key a subkey belongs to.
  const sources: KeySource[] = [...trusted, ...(home === undefined ? [] : [{ trust: home }])];
  const found = await verifier.verify(bytes, before, sources, ctx);
  if (found.some((signature) => verifier.isBy(signature, id))) {
    throw new VerbError(`Commit is already signed with GPG key ${id}`);
  }
}

async function signWithGpg(
  signer: Signer,
  bytes: Uint8Array,
  id: string,
  home: string | undefined,
  ctx: Context,
): Promise<readonly Uint8Array[]> {
  try {
    return await signer.sign(bytes, [{ from: home === undefined ? null : { trust: home }, id }], ctx);
  } catch (error) {
    const unknown = error instanceof Error && 'code' in error && error.code === 'GPG_KEY_UNKNOWN';
    if (!unknown) throw error;
    throw new VerbError(`No gpg key found with ID ${id} (homedir: ${home ?? '<default>'})`, { cause: error });
  }
}
