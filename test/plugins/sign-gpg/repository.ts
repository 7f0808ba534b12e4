import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, EXEC, type ObjectStore } from '@ostrata/core';
import { signaturesIn, withSignatures } from '@ostrata/signatures';
import { testContext, testEnvironment } from '@ostrata/testkit';
import { METADATA_KEY } from '../../../plugins/sign-gpg/src/metadata-key.ts';
import { ostreeStores } from '../../../plugins/store-ostree/src/store/stores.ts';
import { tool } from '../../support/tools.ts';
import { realExec } from '../sandbox-bwrap/support/context.ts';

/** A repository with a commit, made by the real ostree, and a context with the real time and the real gpg. */
export class Repository implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'ostrata-gpg-'));
  readonly path = join(this.directory, 'repo');
  readonly commit: string;
  readonly ctx: Context;
  readonly #context;
  readonly #environment;

  constructor() {
    mkdirSync(join(this.directory, 'tree'));
    this.write('tree/file', 'content\n');
    tool(['ostree', 'init', `--repo=${this.path}`, '--mode=archive']);
    this.commit = this.ostree('commit', '--branch=main', '--subject=x', `--tree=dir=${this.directory}/tree`).trim();
    this.#environment = testEnvironment({ commandEnv: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' } });
    this.#context = testContext({ [EXEC.name]: realExec }, this.#environment);
    this.ctx = { ...this.#context.ctx, now: () => Math.floor(Date.now() / 1000) };
  }

  /** Runs a verb of the real ostree on the repository; dates are printed in UTC. */
  ostree(verb: string, ...args: string[]): string {
    return tool(['ostree', verb, `--repo=${this.path}`, ...args], { env: { LC_ALL: 'C.UTF-8', TZ: 'UTC' } });
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  /** What the keyring of the remote `origin` holds, of which there is one from now on. */
  trust(keyring: Uint8Array): string {
    if (this.ostree('remote', 'list').trim() === '') this.ostree('remote', 'add', 'origin', 'http://127.0.0.1/none');
    return this.write('repo/origin.trustedkeys.gpg', keyring);
  }

  /** A GnuPG home directory with keys in it. */
  home(name: string, ...armored: string[]): string {
    const home = join(this.directory, name);
    mkdirSync(home, { mode: 0o700 });
    for (const key of armored) tool(['gpg', '--homedir', home, '--batch', '--quiet', '--import'], { input: key });
    this.#homes.push(home);
    return home;
  }
  readonly #homes: string[] = [];

  async store(): Promise<ObjectStore> {
    return ostreeStores({ refBinding: true, rootStrategy: 'auto', defaultMode: 'archive' }).open(this.path);
  }

  async bytes(): Promise<Uint8Array> {
    const store = await this.store();
    try {
      return await store.commitBytes(this.commit);
    } finally {
      store.close();
    }
  }

  async signatures(): Promise<Uint8Array[]> {
    const store = await this.store();
    try {
      return signaturesIn(await store.detachedMetadata(this.commit), METADATA_KEY);
    } finally {
      store.close();
    }
  }

  async setSignatures(signatures: readonly Uint8Array[]): Promise<void> {
    const store = await this.store();
    try {
      await store.setDetachedMetadata(this.commit, withSignatures({}, METADATA_KEY, signatures));
    } finally {
      store.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const home of this.#homes) tool(['gpgconf', '--homedir', home, '--kill', 'all']);
    await this.#context[Symbol.asyncDispose]();
    this.#environment[Symbol.dispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
