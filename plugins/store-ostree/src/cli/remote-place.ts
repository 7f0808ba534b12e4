import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RemotePlace } from '../remote/index.ts';
import { VerbError } from './error.ts';
import type { OptionSpec, OptionValues } from './verb.ts';

export const SYSROOT_OPTION: OptionSpec = {
  name: 'sysroot',
  kind: 'text',
  summary: 'Use sysroot at PATH (overrides --repo)',
  value: 'PATH',
};

/**
 * Where remotes are kept besides the config: in a deployment below its `etc`. A physical root, which has no `sysroot` of its own, has
 * none but its repository's.
 */
export function remotePlace(options: OptionValues): RemotePlace {
  const given = options.text('sysroot');
  if (given === undefined) return {};
  const sysroot = resolve(given);
  if (!existsSync(sysroot)) throw new VerbError(`loading sysroot: opendir(${sysroot}): No such file or directory`);
  const deployment = existsSync(join(sysroot, 'sysroot'));
  return { remotesDirectory: deployment ? join(sysroot, 'etc/ostree/remotes.d') : null };
}
