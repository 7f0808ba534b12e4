import { createHash } from 'node:crypto';
import type { Json, SourceRef } from '@ostrata/contract';
import { sourceError } from './errors.ts';
import { asUrl } from './urls.ts';
import type { Variables } from './variables.ts';

/** The kind of source that this provides. */
export const KIND = 'rpm-md';

/** A repository as a SourceRef's options describe it: no secrets. */
export interface Definition {
  readonly id: string;
  /** The .repo file and section it comes from; null for one that was given by its URL. */
  readonly file: string | null;
  readonly section: string | null;
  readonly variables: Variables;
  readonly baseurl: readonly string[];
  readonly metalink: string | null;
  readonly mirrorlist: string | null;
  readonly gpgcheck: boolean;
  readonly repo_gpgcheck: boolean;
  /** URLs or paths of key files. */
  readonly gpgkey: readonly string[];
  readonly sslverify: boolean;
  readonly sslcacert: string | null;
  readonly sslclientcert: string | null;
  readonly sslclientkey: string | null;
  /** A URL without login; null forbids proxies; undefined leaves it to the environment. */
  readonly proxy: string | null | undefined;
  /** User, password or a login of a URL are in the .repo file and must be read there when they are used. */
  readonly login: boolean;
  readonly excludepkgs: readonly string[];
  readonly includepkgs: readonly string[];
  readonly skip_if_unavailable: boolean;
}

type Check = (value: Json) => boolean;
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => text(value) || (Array.isArray(value) && value.every(text));
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const strings: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(text);
const number: Check = (value) => typeof value === 'number';

const OPTIONS: { readonly [name: string]: readonly [Check, string] } = {
  file: [orNull(text), 'a path'],
  section: [orNull(text), 'a text'],
  name: [text, 'a text'],
  lookup: [texts, 'a list of directories'],
  variables: [strings, 'names with texts'],
  baseurl: [texts, 'a URL or a list of them'],
  metalink: [orNull(text), 'a URL'],
  mirrorlist: [orNull(text), 'a URL'],
  gpgcheck: [flag, 'true or false'],
  repo_gpgcheck: [flag, 'true or false'],
  gpgkey: [texts, 'a URL or a list of them'],
  sslverify: [flag, 'true or false'],
  sslcacert: [orNull(text), 'a path'],
  sslclientcert: [orNull(text), 'a path'],
  sslclientkey: [orNull(text), 'a path'],
  proxy: [orNull(text), 'a URL'],
  login: [flag, 'true or false'],
  excludepkgs: [texts, 'a list of names'],
  includepkgs: [texts, 'a list of names'],
  skip_if_unavailable: [flag, 'true or false'],
  cost: [number, 'a number'],
};

const SCHEMES = /^(https?|file):\/\//i;

/**
 * Reads the options of a source.
 * @throws HostError SOURCE_OPTIONS with all that is wrong
 */
export function definitionOf(source: SourceRef): Definition {
  const { id, options } = source;
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    const known = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (known === undefined) wrong.push(`"${name}" is no option`);
    else if (!known[0](value)) wrong.push(`"${name}" must be ${known[1]}`);
  }
  const list = (name: string): string[] => {
    const value = options[name];
    return value === undefined || !texts(value)
      ? []
      : typeof value === 'string'
        ? [value]
        : [...(value as readonly string[])];
  };
  const get = <T>(name: string, fallback: T): T => (options[name] === undefined ? fallback : (options[name] as T));
  const baseurl = list('baseurl').map(asUrl);
  const metalink = get<string | null>('metalink', null);
  const mirrorlist = get<string | null>('mirrorlist', null);
  if (baseurl.length === 0 && !metalink && !mirrorlist) wrong.push('one of baseurl, metalink and mirrorlist is needed');
  for (const url of [...baseurl, metalink, mirrorlist]) {
    if (url && !SCHEMES.test(url)) wrong.push(`"${url.slice(0, 60)}" is no http, https or file URL`);
  }
  if (wrong.length > 0) {
    throw sourceError('SOURCE_OPTIONS', `The repository ${id} is not defined well: ${wrong.join('; ')}.`, {
      hint: 'Correct its definition; secrets belong in a .repo file.',
      data: { id, problems: wrong },
    });
  }
  return {
    id,
    file: get<string | null>('file', null),
    section: get<string | null>('section', null),
    variables: get<Variables>('variables', {}),
    baseurl,
    metalink,
    mirrorlist,
    gpgcheck: get('gpgcheck', false),
    repo_gpgcheck: get('repo_gpgcheck', false),
    gpgkey: list('gpgkey').map(asUrl),
    sslverify: get('sslverify', true),
    sslcacert: get<string | null>('sslcacert', null),
    sslclientcert: get<string | null>('sslclientcert', null),
    sslclientkey: get<string | null>('sslclientkey', null),
    proxy: get<string | null | undefined>('proxy', undefined),
    login: get('login', false),
    excludepkgs: list('excludepkgs'),
    includepkgs: list('includepkgs'),
    skip_if_unavailable: get('skip_if_unavailable', false),
  };
}

/** Name of a repository's directory in the cache: its id for people, and a hash of where it is. */
export function cacheName({ id, baseurl, metalink, mirrorlist }: Definition): string {
  const place = JSON.stringify([baseurl, metalink, mirrorlist]);
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 16);
  return `${id
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 100)}-${hash}`;
}

/** Every place that the definition itself names for metadata and packages. */
export function placesNamed({ baseurl, metalink, mirrorlist }: Definition): string[] {
  return [...baseurl, metalink, mirrorlist].filter((url) => url !== null);
}
