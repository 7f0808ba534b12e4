import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RemotePlace } from '../remote/index.ts';
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
  const sysroot = options.text('sysroot');
  if (sysroot === undefined) return {};
  const deployment = existsSync(join(sysroot, 'sysroot'));
  return { remotesDirectory: deployment ? join(sysroot, 'etc/ostree/remotes.d') : null };
}
