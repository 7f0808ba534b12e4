/** A URL without user and password; other text stays. */
export function withoutLogin(text: string): string {
  if (!hasLogin(text)) return text;
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}

export function hasLogin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i.test(text);
}

/** A place as a URL: absolute paths become file URLs. */
export function asUrl(text: string): string {
  return text.startsWith('/') ? `file://${encodeURI(text).replaceAll('?', '%3F').replaceAll('#', '%23')}` : text;
}

export function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
}

/** A location of the metadata below a base URL; an absolute URL stays. */
export function joinUrl(base: string, location: string): string {
  if (schemeOf(location) !== '' && location.includes('://')) return location;
  const path = location.replaceAll('#', '%23').replaceAll('?', '%3F').replaceAll(' ', '%20');
  const [place, query] = splitOnce(base, '?');
  return `${place.replace(/\/+$/, '')}/${path}${query === undefined ? '' : `?${query}`}`;
}

/** Whether a location leads to another server than the bases: logins are not for that one. */
export function isForeign(location: string, bases: readonly string[]): boolean {
  if (!location.includes('://') || !URL.canParse(location)) return false;
  const { origin } = new URL(location);
  return !bases.some((base) => URL.canParse(base) && new URL(base).origin === origin);
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Whether a relative location stays within its repository, also once its escapes are decoded. */
export function staysInside(location: string): boolean {
  const seen = [location];
  try {
    seen.push(decodeURIComponent(location));
  } catch {
    // Not escaped.
  }
  return seen.every((path) => !path.startsWith('/') && !path.includes('\0') && !path.split(/[/\\]/).includes('..'));
}
