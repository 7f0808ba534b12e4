import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type {
  Context,
  Exec,
  Initramfs,
  KeySource,
  Labeler,
  Sandbox,
  Signature,
  Transport,
  Verifier,
} from '@ostrata/core';
import type { Keyrings, Signer } from '@ostrata/signatures';
import { kitError } from '../errors.ts';
import { sha256 } from './digest.ts';
import type { World } from './world.ts';

/** Runs {@link World.programs} on the private copy of a root. */
export function fakeSandbox(world: World): Sandbox {
  return {
    async run(command, ctx) {
      ctx.signal.throwIfAborted();
      const name = command.argv[0] ?? '';
      const program = world.programs.get(name);
      if (program === undefined) return { code: 127, signal: null, tail: [`${name}: not found`] };
      const { code = 0, output = [] } = program(command.root.lower, command);
      for (const line of output) ctx.progress.message(line, { source: command.label });
      return { code, signal: null, tail: output.slice(-50) };
    },
  };
}

export function fakeExec(world: World): Exec {
  return {
    async run({ argv, env, stdin, signal, cwd, onLine }) {
      signal.throwIfAborted();
      const program = world.programs.get(argv[0] ?? '');
      if (program === undefined)
        throw kitError('FAKE_PROGRAM', `The program ${argv[0]} is not installed.`, { hint: 'Install it.' });
      const command = { argv, ...(env ? { env } : {}), ...(stdin ? { stdin } : {}) };
      const { code = 0, output = [] } = program(cwd ?? '/', command);
      for (const line of output) onLine?.(line, 'stdout');
      return {
        code,
        signal: null,
        stdout: Buffer.from(output.map((line) => `${line}\n`).join('')),
        stderr: Buffer.alloc(0),
      };
    },
  };
}

/** Bytes by URL, out of {@link World.urls}. */
export function fakeTransport(world: World): Transport {
  return {
    async get(request, ctx) {
      const { url, bytes } = firstRight(world, request, ctx);
      const etag = sha256(bytes);
      const known = request.validators?.etag === etag && existsSync(request.destination);
      if (!known) {
        const { first, last } = request.range ?? { first: 0, last: bytes.length - 1 };
        mkdirSync(dirname(request.destination), { recursive: true });
        writeFileSync(`${request.destination}.part`, bytes.subarray(first, last + 1));
        renameSync(`${request.destination}.part`, request.destination);
        request.onBytes?.(bytes.length);
      }
      return { notModified: known, url, bytes: known ? 0 : bytes.length, validators: { etag } };
    },
    async getBytes(request, ctx) {
      const { url, bytes } = firstRight(world, request, ctx);
      const etag = sha256(bytes);
      return { bytes: request.validators?.etag === etag ? null : bytes, url, validators: { etag } };
    },
  };
}

/** What the first URL that has the right bytes serves. */
function firstRight(
  world: World,
  request: Parameters<typeof mismatch>[1] & { readonly urls: readonly string[] },
  ctx: Context,
): { readonly url: string; readonly bytes: Uint8Array } {
  const problems = [];
  for (const url of request.urls) {
    ctx.signal.throwIfAborted();
    const bytes = world.urls.get(url);
    const problem = bytes === undefined ? 'not found' : mismatch(bytes, request);
    if (bytes !== undefined && problem === null) return { url, bytes };
    problems.push(kitError('FAKE_TRANSPORT', `${url}: ${problem}`, { data: { url } }));
  }
  throw kitError('FAKE_TRANSPORT', `${request.urls.join(', ')} could not be fetched.`, {
    hint: 'Check the URL.',
    problems,
  });
}

function mismatch(
  bytes: Uint8Array,
  { checksum, size, maxSize }: { checksum?: { algorithm: string; value: string }; size?: number; maxSize?: number },
): string | null {
  if (size !== undefined && size !== bytes.length) return `${bytes.length} bytes instead of ${size}`;
  if (maxSize !== undefined && bytes.length > maxSize) return `more than ${maxSize} bytes`;
  if (checksum === undefined) return null;
  const found = createHash(checksum.algorithm).update(bytes).digest('hex');
  return found === checksum.value ? null : `${checksum.algorithm} ${found} instead of ${checksum.value}`;
}

/** Puts a file in place that names its arguments. */
export function fakeInitramfs(): Initramfs {
  return {
    async generate(tree, kernel, args) {
      tree.writeFile(`${kernel.directory}/initramfs.img`, `initramfs for ${kernel.version}: ${args.join(' ')}\n`);
    },
  };
}

/** Gives every file the attribute `security.fake` with its path. */
export function fakeLabeler(): Labeler {
  return {
    async label(tree) {
      for (const [path] of [...tree.walk()]) tree.setMeta(path, { xattrs: [['security.fake', Buffer.from(path)]] });
    },
  };
}

/** Where detached metadata has the signatures of the fake mechanism. */
const FAKE_SIGNATURES = 'fake.signatures';

/** Keys are names, whether they stand as a path or as contents. */
function keyName(source: KeySource | null): string {
  if (source === null) return '';
  if (typeof source === 'string') return source;
  return 'trust' in source ? source.trust : Buffer.from(source.keys).toString('utf8');
}

/**
 * A signature is `KEY:sha256 of the data`; keys are the names of their files, and `revoked:KEY` revokes one. Remotes trust what their
 * option `keys` names, else their own name.
 */
export function fakeVerifier(): Verifier {
  return {
    metadataKey: FAKE_SIGNATURES,
    async verify(data, signatures, sources, ctx): Promise<readonly Signature[]> {
      ctx.signal.throwIfAborted();
      const keys = sources.map(keyName);
      if (keys.length === 0) throw kitError('FAKE_KEY', 'There is no key.', { hint: 'Name one.' });
      for (const key of keys) checkKey(key);
      return signatures.map((signature) => {
        const [key = '', digest] = Buffer.from(signature).toString('utf8').split(':');
        if (digest === undefined) return { key: '', verdict: 'bad', signer: null };
        if (keys.includes(`revoked:${key}`)) return { key, verdict: 'revoked', signer: key };
        if (!keys.includes(key)) return { key, verdict: 'unknown-key', signer: null };
        return { key, verdict: digest === sha256(data) ? 'good' : 'bad', signer: key };
      });
    },
    trusted: async ({ remote, options }) => options['keys']?.split(',') ?? [remote ?? 'everybody'],
    describe: ({ key, verdict }) => [`${verdict} signature of ${key}`],
    isBy: ({ key }, id) => key !== '' && key === id,
  };
}

/** Signs as {@link fakeVerifier} wants it. */
export function fakeSigner(): Signer {
  return {
    metadataKey: FAKE_SIGNATURES,
    async sign(data, keys, ctx) {
      ctx.signal.throwIfAborted();
      return keys.map(({ from }) => Buffer.from(`${checkKey(keyName(from))}:${sha256(data)}`));
    },
  };
}

/** Keyrings are lists of names, one a line. */
export function fakeKeyrings(): Keyrings {
  const names = (sources: readonly KeySource[]) =>
    new Set(sources.flatMap((source) => checkKey(keyName(source)).split('\n')));
  return {
    async list(sources, ctx) {
      ctx.signal.throwIfAborted();
      const part = { created: 0, expires: null, expired: false, revoked: false };
      return [...names(sources)].map((id) => ({
        ...part,
        fingerprint: id,
        users: [{ id, revoked: false, update: null }],
        subkeys: [],
      }));
    },
    async add(keyring, from, ids, ctx) {
      ctx.signal.throwIfAborted();
      const before = keyring === null ? new Set<string>() : names([keyring]);
      const after = new Set([...before, ...(ids?.map(checkKey) ?? names(from ?? ['own']))]);
      return { keyring: Buffer.from([...after].join('\n')), added: after.size - before.size };
    },
    describe: ({ fingerprint }) => [`Key: ${fingerprint}`],
  };
}

/** Names with a slash are files, of which this world has none. */
function checkKey(key: string): string {
  if (key === '' || key.includes('/')) throw kitError('FAKE_KEY', `There is no key ${key}.`, { hint: 'Name another.' });
  return key;
}
