export { signaturesIn, withSignatures } from './detached-signatures.ts';
export { KEYRINGS, type KeyPart, type Keyrings, type KeyUser, type PublicKeyInfo } from './keyrings.ts';
export { type SecretKey, SIGNER, type Signer } from './signer.ts';
