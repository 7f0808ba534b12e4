import {
  type Context,
  type Credentials,
  type HostError,
  isHostError,
  TRANSPORT,
  type TransportRequest,
  type TransportResult,
} from '@ostrata/contract';
import type { Definition } from './definition.ts';
import { sourceError } from './errors.ts';
import { readRepoFile } from './lookup.ts';
import { SectionReader } from './section-options.ts';
import { schemeOf, withoutLogin } from './urls.ts';

/** What a request is for, without what the repository's definition says of how to ask. */
export type FileRequest = Omit<TransportRequest, 'credentials' | 'proxy'> & {
  /** Without user and password: the URL leads to a server that is not the repository's. */
  readonly anonymous?: boolean;
};

interface Secrets {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly proxy?: string | undefined;
  /** URLs with their logins, by the same without. */
  readonly urls: ReadonlyMap<string, string>;
}

/** How the servers of a repository are asked: logins, certificates, proxy. Made where it is used and never part of a record. */
export class Access {
  readonly definition: Definition;
  #secrets: Secrets | null = null;

  constructor(definition: Definition) {
    this.definition = definition;
  }

  /**
   * Gets a file from the first URL that has it; URLs may be of several schemes.
   * @throws HostError SOURCE_LOGIN when the .repo file with the login has gone, and all that transports throw
   */
  async get({ anonymous = false, ...request }: FileRequest, ctx: Context): Promise<TransportResult> {
    this.#secrets ??= this.definition.login ? readSecrets(this.definition) : { urls: new Map() };
    const secrets = this.#secrets;
    const urls = request.urls.map((url) => withLogin(url, secrets));
    const schemes = [...new Set(urls.map(schemeOf))].sort((a, b) => Number(b === 'https') - Number(a === 'https'));
    const failures: HostError[] = [];
    for (const scheme of schemes) {
      const transport = await ctx.get(TRANSPORT, scheme);
      try {
        const ofScheme = urls.filter((url) => schemeOf(url) === scheme);
        return await transport.get(
          {
            ...request,
            urls: ofScheme,
            ...this.#settings(anonymous ? { ...secrets, username: undefined, password: undefined } : secrets),
          },
          ctx,
        );
      } catch (error) {
        if (!isHostError(error) || schemes.length === 1) throw error;
        failures.push(error);
      }
    }
    const last = failures.at(-1);
    throw sourceError('SOURCE_UNAVAILABLE', last?.message ?? `there is no URL to fetch ${request.destination} from`, {
      hint: last?.hint ?? 'Check the definition of the repository.',
      problems: failures,
    });
  }

  #settings({
    username,
    password,
    proxy: ownProxy,
  }: Partial<Secrets>): Pick<TransportRequest, 'credentials' | 'proxy'> {
    const { sslcacert, sslclientcert, sslclientkey, sslverify, proxy } = this.definition;
    const credentials: Credentials = {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(sslcacert === null ? {} : { caCertificate: sslcacert }),
      ...(sslclientcert === null ? {} : { clientCertificate: sslclientcert }),
      ...(sslclientkey === null ? {} : { clientKey: sslclientkey }),
      ...(sslverify ? {} : { verifyPeer: false }),
    };
    const through = ownProxy ?? proxy;
    return {
      ...(Object.keys(credentials).length === 0 ? {} : { credentials }),
      ...(through === undefined ? {} : { proxy: through }),
    };
  }
}

function withLogin(url: string, { urls }: Secrets): string {
  for (const [plain, full] of urls) {
    const sameServer = URL.canParse(url) && new URL(url).origin === new URL(plain).origin;
    if (sameServer && url.startsWith(plain)) return full + url.slice(plain.length);
  }
  return url;
}

function readSecrets({ id, file, section, variables }: Definition): Secrets {
  const found = file === null ? undefined : readRepoFile(file).find((candidate) => candidate.id === section);
  if (found === undefined) {
    throw sourceError('SOURCE_LOGIN', `The login of the repository ${id} is no longer in ${file ?? 'a .repo file'}.`, {
      hint: 'Put the section back, or define the repository anew.',
      data: { id, file },
    });
  }
  const read = new SectionReader(found, variables);
  const urls = ['baseurl', 'metalink', 'mirrorlist', 'gpgkey'].flatMap((key) => read.urls(key));
  const username = found.values.get('username')?.value;
  const password = found.values.get('password')?.value;
  const proxy = proxyWithLogin(
    read.text('proxy'),
    found.values.get('proxy_username')?.value,
    found.values.get('proxy_password')?.value,
  );
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(proxy === null ? {} : { proxy }),
    urls: new Map(urls.filter((url) => withoutLogin(url) !== url).map((url) => [withoutLogin(url), url])),
  };
}

function proxyWithLogin(
  proxy: string | null,
  username: string | undefined,
  password: string | undefined,
): string | null {
  if (proxy === null || proxy === '' || proxy === '_none_') return null;
  if (username === undefined || !URL.canParse(proxy)) return proxy;
  const url = new URL(proxy);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password ?? '');
  return url.href;
}
