import { addCookie, deleteCookie, listCookies } from '../../remote/index.ts';
import { usageError, VerbError } from '../error.ts';
import { openRepository } from '../open.ts';
import type { Verb } from '../verb.ts';

export const remoteAddCookie: Verb = {
  usage: 'NAME DOMAIN PATH COOKIE_NAME VALUE',
  options: [],
  run(call) {
    const [remote, domain, path, name, value] = call.args;
    if (value === undefined) throw usageError(call, 'NAME, DOMAIN, PATH, COOKIE_NAME and VALUE must be specified');
    const cookie = { domain: domain!, path: path!, name: name!, value };
    addCookie(openRepository(call.repo), remote!, cookie, Math.floor(Date.now() / 1000));
  },
};

export const remoteDeleteCookie: Verb = {
  usage: 'NAME DOMAIN PATH COOKIE_NAME',
  options: [],
  run(call) {
    const [remote, domain, path, name] = call.args;
    if (name === undefined) throw usageError(call, 'NAME, DOMAIN, PATH and COOKIE_NAME must be specified');
    try {
      deleteCookie(openRepository(call.repo), remote!, { domain: domain!, path: path!, name });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'OSTREE_REMOTE_UNKNOWN')) throw error;
      throw new VerbError('Cookie not found in jar', { cause: error });
    }
  },
};

export const remoteListCookies: Verb = {
  usage: 'NAME',
  options: [],
  run(call) {
    const remote = call.args[0];
    if (remote === undefined) throw usageError(call, 'NAME must be specified');
    for (const { domain, path, name, secure, expires, value } of listCookies(openRepository(call.repo), remote)) {
      const lines = [
        '--',
        `Domain: ${domain}`,
        `Path: ${path}`,
        `Name: ${name}`,
        `Secure: ${secure}`,
        ...expiry(expires),
        `Value: ${value}`,
      ];
      call.terminal.out(`${lines.join('\n')}\n`);
    }
  },
};

/** The last second of the year 9999: GDateTime knows none beyond. */
const LAST_SECOND = 253_402_300_799n;

function expiry(seconds: bigint): string[] {
  if (seconds > LAST_SECOND) return [];
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return [`Expires: ${text} +0000`];
}
