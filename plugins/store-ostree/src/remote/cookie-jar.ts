import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, storeError } from '../errors.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { checkName } from './remotes.ts';

/** A line of the file `REMOTE.cookies.txt` of a repository, in the format of Netscape's cookies.txt. */
export interface JarCookie {
  readonly domain: string;
  readonly path: string;
  /** Whether it is only sent over https: `TRUE` or `FALSE`, as it is written. */
  readonly secure: string;
  /** Seconds since the epoch. */
  readonly expires: bigint;
  readonly name: string;
  readonly value: string;
}

export interface NewCookie {
  /** A host, or with a dot before it a domain whose hosts all get the cookie. */
  readonly domain: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

/** As long as libostree keeps a cookie (ot-remote-cookie-util.c). */
const YEARS = 25;

/** Adds a cookie that is sent with requests to a remote. @throws OSTREE_REMOTE_INVALID */
export function addCookie(repo: Repository, remote: string, cookie: NewCookie, now: number): void {
  const fields = [cookie.domain, cookie.path, cookie.name, cookie.value];
  const broken = fields.find((field, index) => (index < 3 && field === '') || /[\t\n\r\0]/.test(field));
  if (broken !== undefined) {
    throw storeError('OSTREE_REMOTE_INVALID', `${JSON.stringify(broken)} cannot be a part of a cookie.`, {
      hint: 'Domain, path and name are not empty, and nothing of a cookie has tabs or line ends.',
      data: { remote, field: broken },
    });
  }
  const expires = new Date(now * 1000);
  expires.setUTCFullYear(expires.getUTCFullYear() + YEARS);
  const { domain, path, name, value } = cookie;
  const subdomains = domain.startsWith('.') ? 'TRUE' : 'FALSE';
  const line = [domain, subdomains, path, 'FALSE', Math.floor(expires.getTime() / 1000), name, value].join('\t');
  const before = readJar(repo, remote);
  writeJar(repo, remote, `${before === '' || before.endsWith('\n') ? before : `${before}\n`}${line}\n`);
}

/** Removes a cookie from the jar of a remote. @throws OSTREE_REMOTE_UNKNOWN when there is none like it */
export function deleteCookie(repo: Repository, remote: string, cookie: Omit<NewCookie, 'value'>): void {
  const lines = readJar(repo, remote).split('\n');
  const kept = lines.filter((line) => {
    const parsed = parseLine(line);
    return !(parsed && parsed.domain === cookie.domain && parsed.path === cookie.path && parsed.name === cookie.name);
  });
  if (kept.length === lines.length) {
    throw storeError('OSTREE_REMOTE_UNKNOWN', `The remote "${remote}" has no such cookie.`, {
      hint: 'List the cookies with `remote list-cookies`: domain, path and name must be the same.',
      data: { remote, cookie: cookie.name },
    });
  }
  writeJar(repo, remote, kept.join('\n'));
}

export const listCookies = (repo: Repository, remote: string): JarCookie[] =>
  readJar(repo, remote)
    .split('\n')
    .flatMap((line) => parseLine(line) ?? []);

const LINE = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\d{1,20})\s+(\S+)\s+(\S.*)$/;

function parseLine(line: string): JarCookie | undefined {
  const [, domain, , path, secure, expires, name, value] = LINE.exec(line.replace(/^#HttpOnly_/, '')) ?? [];
  if (domain === undefined || domain.startsWith('#')) return undefined;
  return { domain, path: path!, secure: secure!, expires: BigInt(expires!), name: name!, value: value!.trimEnd() };
}

const jarPath = (repo: Repository, remote: string): string => join(repo.path, `${remote}.cookies.txt`);

function readJar(repo: Repository, remote: string): string {
  checkName(remote);
  try {
    return readFileSync(jarPath(repo, remote), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Cookies let people in: only the owner may read them. */
function writeJar(repo: Repository, remote: string, text: string): void {
  replaceFile(jarPath(repo, remote), text, { fsync: repo.config.fsync, mode: 0o600 });
}
