import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { storeError } from '../errors.ts';
import { unescapeValue } from '../repo/config-edit.ts';
import { readNames } from '../repo/directory.ts';
import { KeyFile } from '../repo/key-file.ts';
import { replaceFile } from '../repo/replace-file.ts';
import type { Repository } from '../repo/repository.ts';
import { listValue, withGroup, withoutGroup } from './config-text.ts';

/** A remote as it is configured: the section `[remote "NAME"]` of the repository's config or of a file beside it. */
export interface Remote {
  readonly name: string;
  /** The options as they are written, unescaped, by key. */
  readonly options: ReadonlyMap<string, string>;
  /** The file of `remotes.d` it stands in; null for the repository's own config. */
  readonly file: string | null;
}

export interface RemotePlace {
  /** Directory of further remotes, such as `/etc/ostree/remotes.d`; null for none. By default that of the system for the system's repository. */
  readonly remotesDirectory?: string | null;
}

export interface NewRemote {
  /** `http(s)://…`, `file://…`, `metalink=URL` or `mirrorlist=URL`; may be absent for a remote with a custom backend. */
  readonly url?: string;
  /** Further options of the section, in the order in which they are written. */
  readonly options?: ReadonlyMap<string, string>;
  /** What to do when there is one of that name: refuse, leave it alone, or replace it. */
  readonly existing?: 'refuse' | 'keep' | 'replace';
}

// ostree-core.c: names of remotes are what a refspec may have before its colon.
const NAME = /^[\p{L}\p{N}_][-._\p{L}\p{N}]*$/u;
const SYSTEM_REMOTES = '/etc/ostree/remotes.d';
const SYSTEM_REPOSITORIES = ['/ostree/repo', '/sysroot/ostree/repo'];

/** All remotes, also those of the repository's parents, sorted by name. @throws OSTREE_REMOTE_INVALID */
export function listRemotes(repo: Repository, place: RemotePlace = {}): Remote[] {
  const remotes = ownRemotes(repo, place);
  for (let { parent } = repo; parent; { parent } = parent) {
    for (const [name, remote] of ownRemotes(parent, {})) if (!remotes.has(name)) remotes.set(name, remote);
  }
  return [...remotes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ownRemotes(repo: Repository, place: RemotePlace): Map<string, Remote> {
  const remotes = new Map<string, Remote>();
  for (const [path, file] of configFiles(repo, place)) {
    for (const remote of remotesOf(path, file)) {
      if (remotes.has(remote.name)) {
        throw storeError('OSTREE_REMOTE_INVALID', `The remote ${remote.name} is defined twice; once in ${path}.`, {
          hint: 'Remove one of the definitions.',
          data: { remote: remote.name, path },
        });
      }
      remotes.set(remote.name, remote);
    }
  }
  return remotes;
}

/** A remote by its name. @throws OSTREE_REMOTE_UNKNOWN, OSTREE_REMOTE_INVALID */
export function findRemote(repo: Repository, name: string, place: RemotePlace = {}): Remote {
  const found = listRemotes(repo, place).find((remote) => remote.name === name);
  if (found) return found;
  throw unknownRemote(repo, name);
}

/** The first remote, by name, that a collection is configured for; undefined where there is none. */
export const findCollectionRemote = (repo: Repository, collection: string): Remote | undefined =>
  listRemotes(repo).find(({ options }) => options.get('collection-id') === collection);

const unknownRemote = (repo: Repository, name: string) =>
  storeError('OSTREE_REMOTE_UNKNOWN', `Remote "${name}" not found in ${repo.path}.`, {
    hint: 'Add it with `remote add`, or check the spelling with `remote list`.',
    data: { remote: name, repository: repo.path },
  });

/**
 * Adds a remote: to `remotes.d` when the repository has such a directory and `core.add-remotes-config-dir` does not forbid it, else to
 * its config. Returns whether something was written. @throws OSTREE_REMOTE_EXISTS, OSTREE_REMOTE_INVALID
 */
export function addRemote(repo: Repository, name: string, remote: NewRemote, place: RemotePlace = {}): boolean {
  checkName(name);
  const existing = ownRemotes(repo, place).get(name);
  if (existing && remote.existing === 'keep') return false;
  if (existing && remote.existing !== 'replace') {
    throw storeError(
      'OSTREE_REMOTE_EXISTS',
      `Remote configuration for "${name}" already exists: ${existing.file ?? '(in config)'}.`,
      {
        hint: 'Delete it first, or say that it is to be replaced.',
        data: { remote: name, repository: repo.path, file: existing.file },
      },
    );
  }
  const options = new Map<string, string>();
  const { url } = remote;
  if (url?.startsWith(METALINK)) options.set('metalink', url.slice(METALINK.length));
  else if (url !== undefined) options.set('url', url);
  for (const [key, value] of remote.options ?? []) options.set(checkKey(key), value);
  const directory = remotesDirectory(repo, place);
  if (existing) writeGroup(repo, existing.file, name, options);
  else if (directory !== null && addsToDirectory(repo)) {
    mkdirSync(directory, { recursive: true });
    writeGroup(repo, join(directory, `${name}.conf`), name, options);
  } else writeGroup(repo, null, name, options);
  return true;
}

/** Deletes a remote with its keyring. Returns whether it was there. @throws OSTREE_REMOTE_UNKNOWN unless `ifExists` */
export function deleteRemote(
  repo: Repository,
  name: string,
  options: RemotePlace & { readonly ifExists?: boolean } = {},
): boolean {
  checkName(name);
  const remote = ownRemotes(repo, options).get(name);
  if (!remote && options.ifExists) return false;
  if (!remote) throw unknownRemote(repo, name);
  const { file } = remote;
  if (file !== null) rmSync(file);
  else {
    const path = join(repo.path, 'config');
    replaceFile(path, withoutGroup(readFileSync(path, 'utf8'), groupOf(name)));
  }
  rmSync(join(repo.path, `${name}.trustedkeys.gpg`), { force: true });
  return true;
}

/** The URL of a remote as `remote show-url` prints it: with `metalink=` where it is one. @throws OSTREE_REMOTE_INVALID */
export function remoteUrl(remote: Remote): string {
  const metalink = remote.options.get('metalink');
  const url = metalink === undefined ? remote.options.get('url') : `${METALINK}${metalink}`;
  if (url !== undefined) return url;
  throw storeError('OSTREE_REMOTE_INVALID', `No "url" option in remote "${remote.name}".`, {
    hint: 'Set url or metalink in its section of the config.',
    data: { remote: remote.name },
  });
}

/** A yes or no of a remote's options. @throws OSTREE_REMOTE_INVALID */
export function remoteFlag(remote: Remote, key: string, fallback: boolean): boolean {
  const value = remote.options.get(key)?.trim();
  if (value === undefined) return fallback;
  // GKeyFile takes numbers as well.
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw storeError(
    'OSTREE_REMOTE_INVALID',
    `The option ${key} of the remote "${remote.name}" is ${JSON.stringify(value)}.`,
    {
      hint: 'Set it to true or false.',
      data: { remote: remote.name, key, value },
    },
  );
}

/** A list of a remote's options; empty when it is absent. */
export const remoteList = (remote: Remote, key: string): string[] => listValue(remote.options.get(key) ?? '');

const METALINK = 'metalink=';
const groupOf = (name: string): string => `remote "${name}"`;

function configFiles(repo: Repository, place: RemotePlace): [path: string, file: string | null][] {
  const directory = remotesDirectory(repo, place);
  const names = directory === null ? [] : readNames(directory).filter((name) => name.endsWith('.conf'));
  const files = names.sort().map((name) => join(directory!, name));
  const regular = files.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile());
  return [[join(repo.path, 'config'), null], ...regular.map((path): [string, string] => [path, path])];
}

function remotesOf(path: string, file: string | null): Remote[] {
  let keys: KeyFile;
  try {
    keys = KeyFile.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw storeError('OSTREE_REMOTE_INVALID', `${path} cannot be read: ${(error as Error).message}.`, {
      hint: 'Correct the file, or remove it.',
      data: { path },
      cause: error,
    });
  }
  const remotes: Remote[] = [];
  for (const group of keys.groups()) {
    const name = /^remote "(.+)"$/.exec(group)?.[1];
    if (name === undefined || !NAME.test(name)) continue;
    const options = new Map(keys.entries(group).map(([key, value]) => [key, unescapeValue(value)]));
    remotes.push({ name, options, file });
  }
  return remotes;
}

function remotesDirectory(repo: Repository, place: RemotePlace): string | null {
  if (place.remotesDirectory !== undefined) return place.remotesDirectory;
  const system = SYSTEM_REPOSITORIES.some((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found !== undefined && realpathSync(path) === realpathSync(repo.path);
  });
  return system ? SYSTEM_REMOTES : null;
}

function addsToDirectory(repo: Repository): boolean {
  const keys = KeyFile.parse(readFileSync(join(repo.path, 'config'), 'utf8'));
  return keys.get('core', 'add-remotes-config-dir')?.trim() !== 'false';
}

function writeGroup(repo: Repository, file: string | null, name: string, options: ReadonlyMap<string, string>): void {
  const path = file ?? join(repo.path, 'config');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  replaceFile(path, withGroup(text, groupOf(name), options));
}

/** @throws OSTREE_REMOTE_INVALID for what cannot be the name of a remote */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw storeError('OSTREE_REMOTE_INVALID', `Invalid remote name ${name}.`, {
    hint: 'Names are made of letters, digits, ".", "_" and "-", and begin with a letter, digit or "_".',
    data: { remote: name, reason: 'name' },
  });
}

function checkKey(key: string): string {
  if (/^[^\s=[\]#\p{Cc}](?:[^=[\]\p{Cc}]*[^\s=[\]\p{Cc}])?$/u.test(key)) return key;
  throw storeError('OSTREE_REMOTE_INVALID', `${JSON.stringify(key)} is no name for an option of a remote.`, {
    hint: 'Names of options are words without "=", brackets and line ends, such as "gpg-verify".',
    data: { key },
  });
}
