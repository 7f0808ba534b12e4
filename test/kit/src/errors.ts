import { type ErrorTable, HostError, type HostErrorOptions } from '@ostrata/core';

/** Codes of the fakes and suites. */
export const errors = {
  FAKE_TREE: 'A fake tree was asked for something that trees refuse.',
  FAKE_STORE: 'A fake repository was asked for something that it does not have.',
  FAKE_SOURCE: 'A fake source does not have a package, or is damaged as a test wanted it.',
  FAKE_TRANSPORT: 'A fake transport does not have a URL, or its bytes are other ones than asked for.',
  FAKE_UNSOLVABLE: 'The fake solver found no answer.',
  FAKE_KEY: 'A fake signer or verifier was given no key that it knows.',
  FAKE_PROGRAM: 'A fake program is not there.',
  FAKE_DEPLOYER: 'The fake deployer does not know a deployment.',
  CONFORMANCE: 'An implementation does not do what its contract says.',
  CHAOS: 'After a failure the system was neither as before nor complete.',
} as const satisfies ErrorTable;

export function kitError(code: keyof typeof errors, message: string, options: HostErrorOptions = {}): HostError {
  return new HostError(code, message, options);
}
