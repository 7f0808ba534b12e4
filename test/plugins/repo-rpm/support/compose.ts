import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Commit,
  createHost,
  DEFAULT_IMAGE,
  definePlugin,
  type Environment,
  type Extras,
  type Host,
  type ImageSpec,
  type Json,
  jsonDigest,
  type PackageIdentity,
  PLAN_VERSION,
  type Plan,
  type PlannedPackage,
  type Plugin,
  type ProgressEvent,
  SOURCE,
  type SourceRef,
} from '@ostrata/core';
import { execPlugin } from '../../../../bin/src/host/exec.ts';
import layoutOstree from '../../../../plugins/layout-ostree/src/index.ts';
import { nevraOf, readPackage } from '../../../../plugins/repo-rpm/src/codec/index.ts';
import repoRpm from '../../../../plugins/repo-rpm/src/index.ts';
import sandboxBwrap from '../../../../plugins/sandbox-bwrap/src/index.ts';
import storeOstree from '../../../../plugins/store-ostree/src/index.ts';

/** What a repository would say of a package file. */
export function plannedPackage(file: string): PlannedPackage {
  const bytes = readFileSync(file);
  const { name, epoch, version, release, arch } = nevraOf(readPackage(bytes).metadata);
  return {
    format: 'rpm',
    name,
    epoch: Number(epoch ?? 0),
    version,
    release: release ?? '',
    arch,
    source: 'files',
    location: file,
    checksum: { algorithm: 'sha256', value: hash('sha256', bytes) },
    size: bytes.length,
    installedSize: 0,
    reason: 'requested',
  };
}

const FILES: SourceRef = { id: 'files', kind: 'files', priority: 99, options: {} };

/** Packages that are files already. */
const filesSource = definePlugin({
  name: 'files-source',
  apiVersion: '^0.1.0',
  apply(host) {
    const unused = () => Promise.reject(new Error('a Plan names all that is needed'));
    host.provide(SOURCE, 'files', () => ({ refresh: unused, open: unused, fetch: async ({ location }) => location }));
  },
});

export const TIMESTAMP = 1_700_000_000;

export interface PlanOptions {
  readonly base?: string;
  readonly remove?: readonly PackageIdentity[];
  readonly image?: ImageSpec;
  readonly extras?: Extras;
}

/** A run of the corridor from a Plan to a commit, in a temporary directory. */
export class LocalCompose implements AsyncDisposable {
  readonly directory: string;
  readonly repository: string;
  readonly events: ProgressEvent[] = [];
  readonly #config: { readonly [plugin: string]: unknown };
  readonly #sandbox: Plugin;

  constructor(options: { config?: { readonly [plugin: string]: unknown }; sandbox?: Plugin; parent?: string } = {}) {
    this.directory = mkdtempSync(join(options.parent ?? tmpdir(), 'ostrata-rpm-'));
    this.repository = join(this.directory, 'repo');
    this.#config = options.config ?? {};
    this.#sandbox = options.sandbox ?? (sandboxBwrap as Plugin);
  }

  get environment(): Environment {
    const make = (name: string) => {
      mkdirSync(join(this.directory, name), { recursive: true });
      return join(this.directory, name);
    };
    return {
      arch: 'x86_64',
      uid: process.geteuid?.() ?? 0,
      cacheDir: make('cache'),
      stateDir: make('state'),
      tempDir: make('temp'),
      proxy: { http: null, https: null, no: null },
      commandEnv: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      workers: 2,
    };
  }

  host(): Promise<Host> {
    const plugins = [execPlugin, filesSource, storeOstree, repoRpm, this.#sandbox, layoutOstree];
    return createHost({
      plugins: plugins.map((plugin) => ({ plugin: plugin as Plugin, origin: 'test' })),
      config: this.#config,
      environment: this.environment,
    });
  }

  plan(files: readonly string[], options: PlanOptions = {}): Plan {
    const inputs: Plan['inputs'] = {
      base: options.base ?? null,
      install: files.map(plannedPackage),
      remove: options.remove ?? [],
      image: options.image ?? IMAGE,
      extras: options.extras ?? {},
    };
    return {
      version: PLAN_VERSION,
      digest: jsonDigest(inputs as unknown as Json),
      inputs,
      store: { work: this.repository, target: null },
      until: 'commit',
      cacheOnly: true,
      snapshots: [{ source: FILES, digest: '', timestamp: 1234, packages: files.length, extras: {} }],
      commit: { parent: null, timestamp: TIMESTAMP, version: null, metadata: {} },
      unchanged: false,
      deploy: null,
    };
  }

  /** Installs package files, in this order, into a new tree or over a base. */
  async run(files: readonly string[], options: PlanOptions = {}): Promise<Commit> {
    const host = await this.host();
    const outcome = await host.run({ plan: this.plan(files, options) }, {
      onEvent: (event: ProgressEvent) => this.events.push(event),
    } as never);
    if (outcome.commit === null) throw new Error('the run made no commit');
    return outcome.commit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** rpm-ostree's defaults without what would need programs in the tree. */
export const IMAGE: ImageSpec = { ...DEFAULT_IMAGE, ref: 'test', selinux: false };
