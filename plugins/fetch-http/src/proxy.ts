import type { Environment } from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { redactUrl } from './redact.ts';

/**
 * The proxy for a URL: the request's own, else the environment's unless `no_proxy` names the host. Null connects directly.
 * @throws AttemptFailure for a proxy of a kind that is not supported.
 */
export function proxyFor(
  url: URL,
  override: string | null | undefined,
  environment: Environment['proxy'],
): string | null {
  if (override === null) return null;
  const chosen =
    override ??
    (bypasses(url, environment.no) ? null : url.protocol === 'https:' ? environment.https : environment.http);
  if (chosen === null || chosen === '') return null;
  const proxy = /^[a-z][a-z0-9+.-]*:\/\//i.test(chosen) ? chosen : `http://${chosen}`;
  if (!URL.canParse(proxy) || !/^https?:/i.test(proxy)) {
    throw new AttemptFailure('fatal', 'TRANSPORT_PROXY', `${redactUrl(proxy)} is no proxy that can be used`, {
      hint: 'Give a proxy as http://HOST:PORT or https://HOST:PORT; SOCKS is not supported.',
    });
  }
  return proxy;
}

/** `no_proxy` as curl reads it: names with all their subdomains, addresses, `host:port`, or `*`. */
export function bypasses(url: URL, list: string | null): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  for (const entry of (list ?? '').toLowerCase().split(/[\s,]+/)) {
    if (entry === '') continue;
    if (entry === '*') return true;
    const match = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry);
    const isAddress = entry.split(':').length > 2 && !entry.startsWith('[');
    const name = (isAddress ? entry : (match?.[1] ?? entry)).replace(/^\*?\./, '');
    const wantedPort = isAddress ? undefined : match?.[2];
    if (wantedPort !== undefined && wantedPort !== port) continue;
    if (host === name || host.endsWith(`.${name}`)) return true;
  }
  return false;
}
