import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/contract';

/** Codes of this plugin's errors and warnings. */
export const errors = {
  GPG_KEY_UNREADABLE: 'A keyring, a file of OpenPGP keys or a directory of them is missing or cannot be read.',
  GPG_KEY_INVALID: 'What was named as OpenPGP keys has no key in it that can be used.',
  GPG_KEY_PATHS: 'The option gpgkeypath of a remote is not a list of paths.',
  GPG_KEY_NONE: 'No OpenPGP keys were named to check signatures with.',
  GPG_KEY_UNKNOWN: 'The secret key to sign with is not among the keys, or it is not clear which one is meant.',
  GPG_KEY_PROTECTED: 'The secret key to sign with is protected by a passphrase.',
  GPG_UNSUPPORTED: 'A signature uses an algorithm that cannot be checked here; it counts as bad.',
  GPG_SIGNING_FAILED: 'gpg, or the key itself, did not make a signature.',
} as const satisfies ErrorTable;

export type Code = keyof typeof errors;

/** An error of this plugin. */
export function gpgError(code: Code, message: string, options: HostErrorOptions = {}): HostError<Code> {
  return new HostError(code, message, options);
}
