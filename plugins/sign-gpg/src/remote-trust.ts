import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySource, RemoteTrust } from '@ostrata/core';

/** Keyrings of the whole system. */
const SYSTEM_TRUST = '/usr/share/ostree/trusted.gpg.d';

/**
 * Which keys count for a remote, as libostree has it (ostree-repo.c): its own keyring REMOTE.trustedkeys.gpg beside what its option
 * `gpgkeypath` names; the keyrings of the system only when it has no keyring. For all remotes, every keyring of the repository and of
 * the system.
 */
export function trustOf({ repository, remote, options, system }: RemoteTrust): readonly KeySource[] {
  const ofSystem = system === null ? [] : [{ trust: system ?? SYSTEM_TRUST }];
  if (repository === null) return ofSystem;
  if (remote === null) return [{ trust: repository }, ...ofSystem];
  const keyring = join(repository, `${remote}.trustedkeys.gpg`);
  const paths = (options['gpgkeypath'] ?? '').split(/[;,]/).filter((path) => path !== '');
  return [...(existsSync(keyring) ? [keyring] : ofSystem), ...paths];
}
