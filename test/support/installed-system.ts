import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandInput, CommandResult, Context, JourneyCommandSpec, Outcome, Plugin } from '@ostrata/contract';
import { testEnvironment, testHost, testRequest } from '@ostrata/testkit';
import syslinux from '../../plugins/boot-syslinux/src/index.ts';
import store from '../../plugins/store-ostree/src/index.ts';
import { setImmutable } from '../../plugins/store-ostree/src/sysroot/immutable.ts';
import { ostree } from '../plugins/store-ostree/support.ts';
import { Images, ours } from '../plugins/store-ostree/sysroot/support.ts';

/** A system on disk that boots by syslinux, with one deployment, and verbs of plugins that run on it as the command line runs them. */
export class TestSystem {
  readonly sysroot: string;
  readonly images: Images;
  readonly #plugins: readonly Plugin[];
  readonly #environment = testEnvironment({ uid: 0 });

  constructor(directory: string, plugins: readonly Plugin[]) {
    this.sysroot = join(directory, 'sysroot');
    this.images = new Images(directory);
    this.#plugins = plugins;
  }

  async install(changes: Record<string, string | null> = {}, ...options: string[]): Promise<string> {
    mkdirSync(join(this.sysroot, 'boot/syslinux'), { recursive: true });
    symlinkSync('../loader/syslinux.cfg', join(this.sysroot, 'boot/syslinux/syslinux.cfg'));
    await this.admin('init-fs', '--modern', this.sysroot);
    await this.admin('os-init', 'os');
    const commit = this.image(changes, ...options);
    await this.admin('deploy', '--os=os', '--karg=quiet', 'os:stable');
    return commit;
  }

  image(changes: Record<string, string | null> = {}, ...options: string[]): string {
    const commit = this.images.commit('stable', changes, ...options);
    ostree(join(this.sysroot, 'ostree/repo'), 'pull-local', '--remote=os', this.images.repo, 'stable');
    return commit;
  }

  async admin(...argv: string[]): Promise<string> {
    const { status, out, err } = await ours(this.sysroot, 'admin', ...argv);
    assert.equal(status, 0, err);
    return out;
  }

  /** Runs the verb of a plugin. */
  async run(plugin: Plugin, flags: CommandInput['flags'] = {}): Promise<CommandResult & { outcome?: Outcome }> {
    const verb = plugin.commands?.[0] as JourneyCommandSpec;
    const input = { args: {}, flags: { sysroot: this.sysroot, ...flags } };
    const asked = await (await this.#host()).query((ctx: Context) => verb.request(input, ctx));
    if ('text' in asked) return asked;
    const outcome = await (await this.#host()).run(asked);
    return { ...(await (await this.#host()).query((ctx: Context) => verb.result(outcome, input, ctx))), outcome };
  }

  /** Deploys what `os:stable` is now, as an upgrade that keeps the origin. */
  async upgrade(origin?: string): Promise<Outcome> {
    const work = join(this.sysroot, 'ostree/repo');
    return (await this.#host()).run(
      testRequest({
        command: 'upgrade',
        until: 'finalize',
        store: { work, target: null },
        base: { rev: 'os:stable', pullFrom: null },
        sources: [],
        image: { ...testRequest().image, ref: null },
        commit: { parent: null, timestamp: null, force: false },
        deploy: {
          sysroot: this.sysroot,
          os: 'os',
          stage: false,
          extras: {},
          ...(origin === undefined ? {} : { origin }),
        },
      }),
    );
  }

  /** Deployments are immutable: only so can they be removed. */
  dispose(): void {
    this.#environment[Symbol.dispose]();
    const deployments = join(this.sysroot, 'ostree/deploy/os/deploy');
    if (!existsSync(deployments)) return;
    for (const name of readdirSync(deployments)) setImmutable(join(deployments, name), false);
  }

  #host() {
    return testHost({
      environment: this.#environment,
      without: ['fake-store', 'fake-system', 'fake-tools'],
      plugins: [store as Plugin, syslinux as Plugin, ...this.#plugins],
    });
  }
}
