import type { Json, SourceRef } from '@ostrata/contract';
import { KIND } from './definition.ts';
import { sourceError } from './errors.ts';
import { type RepoSection, splitList } from './repo-file.ts';
import { hasLogin, withoutLogin } from './urls.ts';
import { substitute, type Variables } from './variables.ts';

/** Options of dnf that say nothing about what is fetched, or nothing that is done here (dnf.conf(5)). */
const IGNORED = new Set(
  `enabled enabled_metadata metadata_expire metadata_timer_sync module_hotfixes keepcache countme bandwidth throttle timeout retries
   minrate max_parallel_downloads ip_resolve deltarpm deltarpm_percentage fastestmirror fastestmirror_enabled proxy_auth_method
   proxy_sslcacert proxy_sslclientcert proxy_sslclientkey proxy_sslverify sslverifystatus user_agent mediaid gpgcakey autorefresh
   path service failovermethod http_caching mirrorlist_expire report_instance_id localpkg_gpgcheck sslcheck_cert_revocation
   build_cache zchunk optional_metadata_types ui_repoid_vars_dummy`.split(/\s+/),
);
const USED = new Set(
  `name baseurl metalink mirrorlist gpgcheck repo_gpgcheck pkg_gpgcheck gpgkey priority cost sslverify sslcacert sslclientcert
   sslclientkey username password proxy proxy_username proxy_password excludepkgs exclude includepkgs skip_if_unavailable
   type`.split(/\s+/),
);
const TYPES = /^(rpm-?md|rpm|repomd|yum)$/i;

export interface SectionWarning {
  readonly text: string;
  readonly hint: string;
}

/**
 * Makes a source of a section. User, password and logins within URLs stay behind: `login` says that they have to be read from the
 * file again where they are used.
 * @throws HostError SOURCE_REPO_FILE, SOURCE_VARIABLE
 */
export function sourceOf(
  section: RepoSection,
  variables: Variables,
  warn: (warning: SectionWarning) => void,
): SourceRef {
  const { values, file, id } = section;
  for (const [key, { line }] of values) {
    if (USED.has(key) || IGNORED.has(key)) continue;
    warn({ text: `${file}:${line}: the option "${key}" is not known and does nothing.`, hint: 'Check its spelling.' });
  }
  const read = new SectionReader(section, variables);
  const type = read.text('type');
  if (type !== null && !TYPES.test(type)) throw read.bad('type', `a repository of type "${type}" is not supported`);
  const baseurl = read.urls('baseurl');
  const metalink = read.url('metalink');
  const mirrorlist = read.url('mirrorlist');
  const proxy = read.text('proxy');
  const gpgkey = read.urls('gpgkey');
  const urls = [...baseurl, metalink, mirrorlist, proxy, ...gpgkey].filter((url) => url !== null);
  const login =
    urls.some(hasLogin) || ['username', 'password', 'proxy_username', 'proxy_password'].some((key) => values.has(key));
  const options: { [key: string]: Json } = {
    file,
    section: id,
    variables,
    baseurl: baseurl.map(withoutLogin),
    metalink: metalink && withoutLogin(metalink),
    mirrorlist: mirrorlist && withoutLogin(mirrorlist),
    gpgcheck: read.flag(values.has('pkg_gpgcheck') ? 'pkg_gpgcheck' : 'gpgcheck', false),
    repo_gpgcheck: read.flag('repo_gpgcheck', false),
    gpgkey: gpgkey.map(withoutLogin),
    sslverify: read.flag('sslverify', true),
    login,
    excludepkgs: read.list(values.has('excludepkgs') ? 'excludepkgs' : 'exclude'),
    includepkgs: read.list('includepkgs'),
    skip_if_unavailable: read.flag('skip_if_unavailable', false),
    cost: read.number('cost', 1000),
  };
  for (const key of ['sslcacert', 'sslclientcert', 'sslclientkey', 'name']) {
    const value = read.text(key);
    if (value !== null) options[key] = value.replace(/^file:\/\//, '');
  }
  if (proxy !== null) options.proxy = proxy === '_none_' || proxy === '' ? null : withoutLogin(proxy);
  return { id, kind: KIND, priority: read.number('priority', 99), options };
}

/** The values of a section by the types that dnf gives them. */
export class SectionReader {
  readonly #section: RepoSection;
  readonly #variables: Variables;

  constructor(section: RepoSection, variables: Variables) {
    this.#section = section;
    this.#variables = variables;
  }

  text(key: string): string | null {
    const entry = this.#section.values.get(key);
    return entry === undefined ? null : substitute(entry.value, this.#variables);
  }

  list(key: string): string[] {
    return splitList(this.text(key) ?? '');
  }

  /** @throws HostError SOURCE_VARIABLE for a variable without a value */
  urls(key: string): string[] {
    const entry = this.#section.values.get(key);
    if (entry === undefined) return [];
    const { file, id } = this.#section;
    const value = substitute(entry.value, this.#variables, (name) => {
      throw sourceError(
        'SOURCE_VARIABLE',
        `${file}:${entry.line}: ${key} of ${id} has the variable $${name}, which has no value.`,
        {
          hint:
            name === 'releasever'
              ? 'Set "releasever" in the treefile, or --releasever for a query.'
              : `Set ${name} under "repovars" in the treefile, or write its value into the file.`,
          data: { file, line: entry.line, id, variable: name },
        },
      );
    });
    return splitList(value);
  }

  url(key: string): string | null {
    return this.urls(key)[0] ?? null;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.text(key);
    if (value === null || value === '') return fallback;
    if (/^(1|yes|true|on|enabled)$/i.test(value)) return true;
    if (/^(0|no|false|off|disabled)$/i.test(value)) return false;
    throw this.bad(key, `"${value.slice(0, 40)}" is neither yes nor no`);
  }

  number(key: string, fallback: number): number {
    const value = this.text(key);
    if (value === null || value === '') return fallback;
    if (/^-?\d{1,9}$/.test(value)) return Number(value);
    throw this.bad(key, `"${value.slice(0, 40)}" is no number`);
  }

  bad(key: string, message: string): Error {
    const { file, values, line: start } = this.#section;
    const line = values.get(key)?.line ?? start;
    return sourceError('SOURCE_REPO_FILE', `${file}:${line}: ${key}: ${message}.`, {
      hint: 'See dnf.conf(5) for the values that the option takes.',
      data: { file, line, key },
    });
  }
}
