import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type CommandInput,
  type CommandResult,
  DEPLOYER,
  definePlugin,
  type Environment,
  EXEC,
  type Exec,
  type JourneyCommandSpec,
  type Plugin,
  type ProgressEvent,
} from '@ostrata/contract';
import { testEnvironment, testHost } from '@ostrata/testkit';
import { hostExec } from '../../../bin/src/host/exec.ts';
import bootGood from '../../../plugins/boot-good/src/index.ts';
import grub from '../../../plugins/boot-grub/src/index.ts';
import syslinux from '../../../plugins/boot-syslinux/src/index.ts';
import systemdBoot from '../../../plugins/boot-systemd-boot/src/index.ts';
import client from '../../../plugins/client/src/index.ts';
import store from '../../../plugins/store-ostree/src/index.ts';
import { OstreeDeployer } from '../../../plugins/store-ostree/src/sysroot/deployer.ts';
import { setImmutable } from '../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { tool } from '../../support/tools.ts';
import { installLoader } from '../boot-systemd-boot/support.ts';
import { Scene } from '../client/support.ts';

export type Counting = 'grub' | 'systemd-boot' | 'none';

const COMMANDS = [...(client.commands ?? []), ...(bootGood.commands ?? [])];

/** A machine of directories: what its boot loader does at a start is done here, by that loader's rules. */
export class CountedMachine {
  readonly scene: Scene = new Scene();
  readonly loader: Counting;
  readonly #tries: number;
  readonly #environment: Environment & Disposable = testEnvironment({ uid: 0 });
  readonly #run: string;
  readonly slash: string;
  readonly checks: string;
  readonly events: ProgressEvent[] = [];
  /** What systemd says of units. */
  units: { readonly [name: string]: string } = {};
  root = '';
  #starts = 0;

  constructor(loader: Counting, tries: number) {
    this.loader = loader;
    this.#tries = tries;
    const { sysroot, directory } = this.scene;
    this.#run = join(directory, 'run');
    this.slash = join(directory, 'slash');
    this.checks = join(directory, 'check');
    mkdirSync(this.#run);
    if (loader !== 'none') rmSync(join(sysroot, 'boot/syslinux'), { recursive: true });
    if (loader === 'grub') {
      mkdirSync(join(sysroot, 'boot/grub2'));
      symlinkSync('../loader/grub.cfg', join(sysroot, 'boot/grub2/grub.cfg'));
    }
    if (loader === 'systemd-boot') {
      installLoader(join(sysroot, 'efi'));
      this.scene.ostree('config', 'set', 'sysroot.boot-counting-tries', String(tries));
    }
  }

  /** The loader starts something; gives the version that runs. */
  start(): string {
    const link = this.#choose();
    const { sysroot } = this.scene;
    const target = readlinkSync(join(sysroot, link));
    this.root = join(sysroot, dirname(link), target);
    // A running system is always at the same path.
    rmSync(this.slash, { force: true });
    symlinkSync(this.root, this.slash);
    setImmutable(this.root, false);
    for (const name of ['ostree', 'boot', 'efi']) {
      if (!existsSync(join(sysroot, name))) continue;
      if (!existsSync(join(this.root, name))) symlinkSync(join(sysroot, name), join(this.root, name));
    }
    this.#starts += 1;
    writeFileSync(join(this.#run, 'ostree-booted'), '');
    rmSync(join(this.#run, 'ostree'), { recursive: true, force: true });
    writeFileSync(join(this.scene.directory, 'cmdline'), `quiet ostree=${link}\n`);
    writeFileSync(join(this.scene.directory, 'boot-id'), `start-${this.#starts}\n`);
    return readFileSync(join(this.root, 'usr/bin/tool'), 'utf8');
  }

  /** What the units do when systemd has started them. */
  async settle(): Promise<CommandResult> {
    if ((await this.verb('health-check', { boot: true })).exitCode !== 0) return this.verb('boot-failed');
    await this.verb('boot-good', { cmdline: join(this.scene.directory, 'cmdline') });
    return this.verb('boot-settle');
  }

  /** Runs a verb on the system that runs, as the command line does. */
  async verb(id: string, flags: CommandInput['flags'] = {}, args: CommandInput['args'] = {}): Promise<CommandResult> {
    const state = { run: this.#run, root: this.slash };
    const exec: Exec = {
      run: (command) =>
        command.argv[0] === 'systemctl' ? this.#systemctl(command.argv.at(-1)!) : hostExec.run(command),
    };
    const system = definePlugin({
      name: 'booted',
      apiVersion: '*',
      apply: (host) => {
        host.provide(DEPLOYER, () => new OstreeDeployer({}, state));
        host.provide(EXEC, () => exec);
      },
    });
    const host = await testHost({
      environment: this.#environment,
      without: ['fake-store', 'fake-system'],
      plugins: [
        store as Plugin,
        grub as Plugin,
        systemdBoot as Plugin,
        syslinux as Plugin,
        client,
        bootGood as Plugin,
        system,
      ],
      capabilities: { deployer: 'booted', exec: 'booted' },
      config: {
        'boot-good': { directories: [this.checks], units: Object.keys(this.units), timeout: 5, attempts: 4 },
        'boot-grub': { counting: this.loader === 'grub' ? this.#tries : 0 },
      },
    });
    const options = { onEvent: (event: ProgressEvent) => void this.events.push(event) };
    const spec = COMMANDS.find((command) => command.id === id);
    const given = {
      sysroot: this.root === '' ? this.scene.sysroot : this.slash,
      'boot-id': join(this.scene.directory, 'boot-id'),
      ...flags,
    };
    const input = { args, flags: given };
    if (spec === undefined || 'runRaw' in spec) throw new Error(id);
    if ('run' in spec) return host.query((ctx) => spec.run(input, ctx), options);
    const { request, result }: JourneyCommandSpec = spec;
    const asked = await host.query((ctx) => request(input, ctx), options);
    if ('text' in asked) return asked;
    const outcome = await host.run(asked, options);
    return host.query((ctx) => result(outcome, input, ctx), options);
  }

  /** A version is deployed from outside, as a staged one is when the machine has gone down. */
  async install(version: number): Promise<void> {
    this.scene.publish(version);
    rmSync(join(this.#run, 'ostree-booted'), { force: true });
    await this.verb('upgrade');
  }

  script(group: string, name: string, text: string): void {
    mkdirSync(join(this.checks, group), { recursive: true });
    writeFileSync(join(this.checks, group, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(this.checks, group, name), 0o755);
  }

  spoilRecord(): void {
    writeFileSync(join(this.#environment.stateDir, 'health.json'), '{"version": 1, "depl');
  }

  /** Versions in the order of the menu. */
  async versions(): Promise<string[]> {
    return (await this.deployments()).map(({ version }) => String(version));
  }

  async deployments(): Promise<readonly { readonly [key: string]: unknown }[]> {
    return ((await this.verb('status')).data as { deployments: { [key: string]: unknown }[] }).deployments;
  }

  async #systemctl(unit: string) {
    const stdout = Buffer.from(`${this.units[unit] ?? 'LoadState=not-found\nActiveState=inactive'}\n`);
    return { code: 0, signal: null, stdout, stderr: Buffer.alloc(0) };
  }

  /** The argument `ostree=` of what is started. */
  #choose(): string {
    const loader = join(this.scene.sysroot, 'boot/loader');
    const hasOwn =
      this.loader === 'grub'
        ? existsSync(join(loader, 'grub.cfg'))
        : this.loader === 'systemd-boot' && this.#entries().length > 0;
    // `ostree admin` made the first menu, for syslinux: that starts the first of it.
    if (!hasOwn) return /ostree=(\S+)/.exec(readFileSync(join(loader, 'syslinux.cfg'), 'utf8'))![1]!;
    const lines = this.loader === 'systemd-boot' ? this.#startSystemdBoot() : this.#startGrub();
    return /(?:^| )ostree=(\S+)/.exec(lines)![1]!;
  }

  readonly #entries = (): string[] => readdirSync(join(this.scene.sysroot, 'efi/loader/entries'));

  /**
   * systemd-boot (Boot Loader Specification, "Boot counting"): an entry without a try left goes behind all others; the one that is started gets
   * one less and one failure more.
   */
  #startSystemdBoot(): string {
    const directory = join(this.scene.sysroot, 'efi/loader/entries');
    const entries = this.#entries().map((name) => {
      const [, plain = '', left, failed = '0'] = /^(.*?)(?:\+(\d+)(?:-(\d+))?)?\.conf$/.exec(name) ?? [];
      const text = readFileSync(join(directory, name), 'utf8');
      const version = /^version (.*)$/m.exec(text)?.[1] ?? '';
      return { name, plain, text, version, left: left === undefined ? null : Number(left), failed: Number(failed) };
    });
    const isSpent = (left: number | null) => Number(left === 0);
    entries.sort(
      (a, b) => isSpent(a.left) - isSpent(b.left) || b.version.localeCompare(a.version, 'en', { numeric: true }),
    );
    const [first] = entries;
    if (first!.left !== null && first!.left > 0) {
      const counters = `+${first!.left - 1}-${first!.failed + 1}`;
      renameSync(join(directory, first!.name), join(directory, `${first!.plain}${counters}.conf`));
    }
    return /^options (.*)$/m.exec(first!.text)![1]!;
  }

  /** Our menu in GRUB's language, run by hand. */
  #startGrub(): string {
    const { sysroot } = this.scene;
    const text = readFileSync(join(sysroot, 'boot/loader/grub.cfg'), 'utf8');
    const lines = [...text.matchAll(/^ {2}linux \S+ (.*)$/gm)].map(([, line]) => line!);
    const id = /\$boot_menu" != "([0-9a-f]+)"/.exec(text)?.[1];
    if (id === undefined) return lines[0]!;
    const block = join(sysroot, 'boot/grub2/grubenv');
    const value = (name: string) =>
      new RegExp(`^${name}=(.*)$`, 'm').exec(tool(['grub-editenv', block, 'list']))?.[1] ?? '';
    let [counter, success] = [value('boot_counter'), value('boot_success')];
    if (value('boot_menu') !== id) [counter, success] = [String(this.#tries), '0'];
    let index = 0;
    if (success !== '1') {
      index = counter === '0' || counter === '-1' ? 1 : 0;
      counter = index === 1 ? '-1' : String(Number(counter) - 1);
    }
    tool(['grub-editenv', block, 'set', `boot_menu=${id}`, `boot_counter=${counter}`, `boot_success=${success}`]);
    return lines[index]!;
  }

  [Symbol.dispose](): void {
    this.#environment[Symbol.dispose]();
    this.scene[Symbol.dispose]();
  }
}
