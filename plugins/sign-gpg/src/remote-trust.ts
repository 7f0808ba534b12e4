import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeySource, RemoteTrust } from '@ostrata/contract';
import { gpgError } from './errors.ts';

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
  return [...(existsSync(keyring) ? [keyring] : ofSystem), ...keyPaths(options['gpgkeypath'], remote)];
}

/** Paths divided by semicolons or by commas, not by both; one may stand at the end. An empty path names nothing that can be read. */
function keyPaths(text: string | undefined, remote: string): string[] {
  if (text === undefined || text === '') return [];
  if (text.includes(';') && text.includes(',')) {
    throw gpgError('GPG_KEY_PATHS', 'key value list contains more than one separator', {
      hint: `Divide the paths in gpgkeypath of the remote ${remote} by semicolons or by commas.`,
      data: { remote, value: text },
    });
  }
  return text.replace(/[;,]$/, '').split(/[;,]/);
}
