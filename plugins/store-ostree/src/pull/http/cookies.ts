import { readFileSync } from 'node:fs';
import { errnoOf } from '../../errors.ts';

export interface Cookie {
  readonly domain: string;
  /** Whether hosts below the domain get it as well. */
  readonly subdomains: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** Seconds since the epoch; 0 is for ever. */
  readonly expires: number;
  readonly name: string;
  readonly value: string;
}

/** Reads the cookies of a remote, the file `REMOTE.cookies.txt` of a repository; none when it is absent. */
export function readCookies(path: string): Cookie[] {
  try {
    return parseCookies(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The format of Netscape's cookies.txt: seven fields divided by tabs; `#HttpOnly_` before a domain is no comment. */
export function parseCookies(text: string): Cookie[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.replace(/^#HttpOnly_/, '').replace(/\r$/, '');
    const fields = line.split('\t');
    if (line.startsWith('#') || fields.length < 7) return [];
    const [domain, subdomains, path, secure, expires, name, value] = fields as [string, ...string[]];
    return [
      {
        domain: domain.replace(/^\./, '').toLowerCase(),
        subdomains: subdomains === 'TRUE' || domain.startsWith('.'),
        path: path!,
        secure: secure === 'TRUE',
        expires: Number(expires) || 0,
        name: name!,
        value: value!,
      },
    ];
  });
}

/** The value of the header `Cookie` for a URL (RFC 6265, 5.4); '' when there are none for it. */
export function cookiesFor(cookies: readonly Cookie[], url: URL, now: number): string {
  const host = url.hostname.toLowerCase();
  return cookies
    .filter(({ domain, subdomains, path, secure, expires }) => {
      if (secure && url.protocol !== 'https:') return false;
      if (expires !== 0 && expires <= now) return false;
      if (host !== domain && !(subdomains && host.endsWith(`.${domain}`))) return false;
      return url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
    })
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}
