import { fileURLToPath } from 'node:url';

/** The directory that a location names on this machine; undefined for a place on a network. */
export function localPath(location: string): string | undefined {
  if (location.startsWith('file://')) return fileURLToPath(location);
  return /^([a-z][a-z0-9+.-]*:\/\/|(metalink|mirrorlist)=)/i.test(location) ? undefined : location;
}
