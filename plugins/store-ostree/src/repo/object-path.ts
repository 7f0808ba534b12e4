import type { Checksum } from '../codec/checksum.ts';

export type ObjectType = 'file' | 'dirtree' | 'dirmeta' | 'commit' | 'commitmeta';

/** How a repository keeps file objects: the values of `core.mode`, with `archive` for its spelling `archive-z2`. */
export type RepoMode = 'bare' | 'bare-user' | 'bare-user-only' | 'bare-split-xattrs' | 'archive';

export const isArchive = (mode: RepoMode): boolean => mode === 'archive';

/** The suffix of the names of objects of a type. */
export const objectSuffix = (type: ObjectType, mode: RepoMode): string =>
  type === 'file' && isArchive(mode) ? 'filez' : type;

/** The path of an object below `objects/`. */
export const objectPath = (id: Checksum, type: ObjectType, mode: RepoMode): string =>
  `${id.slice(0, 2)}/${id.slice(2)}.${objectSuffix(type, mode)}`;

const LOOSE_NAME = /^([0-9a-f]{62})\.(file|filez|dirtree|dirmeta|commit|commitmeta)$/;

/** The object that a file of the directory `objects/XX` is, or undefined for other files. */
export function parseObjectPath(prefix: string, name: string): { id: Checksum; type: ObjectType } | undefined {
  const match = LOOSE_NAME.exec(name);
  if (!match || !/^[0-9a-f]{2}$/.test(prefix)) return undefined;
  const type = match[2] === 'filez' ? 'file' : (match[2] as ObjectType);
  return { id: prefix + match[1], type };
}
