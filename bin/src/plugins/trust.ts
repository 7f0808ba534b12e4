import { lstatSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { HostError } from '@ostrata/core';
import type { Code } from '../errors.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * Refuses code that somebody other than root and the user who runs ostrata can change: the file and every directory above it must
 * belong to one of the two and must not be writable by group or others (a sticky directory such as /tmp may be, above the owner's own).
 */
export function assertTrusted(file: string, uid: number): void {
  const real = realpathSync(file);
  for (let path = real; ; path = dirname(path)) {
    const stat = lstatSync(path);
    const foreign = stat.uid !== 0 && stat.uid !== uid;
    const open = (stat.mode & WRITABLE_BY_OTHERS) !== 0 && !(stat.isDirectory() && (stat.mode & STICKY) !== 0);
    if (foreign || open) {
      throw new HostError<Code>(
        'PLUGIN_NOT_TRUSTED',
        `The plugin ${real} is refused because ${path} ${foreign ? `belongs to user ${stat.uid}` : 'can be written by other users'}.`,
        {
          data: { plugin: real, path, mode: (stat.mode & 0o7777).toString(8), owner: stat.uid },
          hint: `Make it root's own and run "chmod go-w ${path}", or remove the plugin from the configuration.`,
        },
      );
    }
    if (path === dirname(path)) return;
  }
}
