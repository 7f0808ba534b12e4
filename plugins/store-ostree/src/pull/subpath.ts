/** Paths of a tree begin with a slash; a directory that is walked ends with one. */
const trim = (path: string): string => path.replace(/\/+$/, '');

/** As paths are compared: from the root, without empty parts and a slash at the end. */
export const normalSubpath = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;

/** Whether a path is one of the wanted ones, or below it. */
export function isAtOrBelow(path: string, wanted: readonly string[]): boolean {
  const at = trim(path);
  return wanted.some((want) => want === '/' || at === want || at.startsWith(`${want}/`));
}

/** Whether a directory is wanted, is below one that is, or leads to one. */
export function mayHold(path: string, wanted: readonly string[]): boolean {
  const at = trim(path);
  return isAtOrBelow(at, wanted) || wanted.some((want) => want.startsWith(`${at}/`));
}
