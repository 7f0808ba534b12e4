import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmutable } from '../../plugins/store-ostree/src/sysroot/immutable.ts';
import { type CliResult, OSTRATA, ostrata } from './cli.ts';
import { BRANCH, type LayeredBase, layeredBase } from './layered-base.ts';
import { type TinyPackage, tinyRepository } from './tiny-repository.ts';
import { tool } from './tools.ts';

interface Diff {
  readonly upgraded: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly downgraded: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What verbs say under `--json`. */
export interface LayerResult {
  readonly status: string;
  readonly deployment: string;
  readonly checksum: string;
  readonly diff: Diff;
  readonly packages: readonly string[];
}

/** A deployment in `ostrata status --json`. */
export interface StatusRecord {
  readonly [key: string]: unknown;
  readonly checksum: string;
  readonly serial: number;
  readonly osname: string;
  readonly 'base-checksum'?: string;
  readonly packages: readonly string[];
}

/** A sysroot that `ostree admin` made, which follows a branch with images of 13,000 paths, with a repository of packages to lay over them. */
export class LayeredSystem {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'ostrata-layering-'));
  readonly sysroot: string = join(this.directory, 'sysroot');
  readonly repo: string = join(this.sysroot, 'ostree/repo');
  readonly files: ReadonlyMap<string, string>;
  readonly base: LayeredBase;
  readonly #remote = join(this.directory, 'remote');
  readonly #config = join(this.directory, 'config.yaml');

  /** @param packages what the repository `extra` of the system has. */
  constructor(packages: readonly TinyPackage[]) {
    this.base = layeredBase();
    this.files = tinyRepository(join(this.directory, 'extra'), packages);
    writeFileSync(this.#config, `cache: ${this.directory}/cache\nstate: ${this.directory}/state\n`);
    tool(['ostree', `--repo=${this.#remote}`, 'init', '--mode=bare']);
    this.publish('1');
    mkdirSync(this.sysroot);
    tool(['ostree', 'admin', 'init-fs', '--modern', this.sysroot]);
    this.admin('os-init', 'os');
    this.ostree('config', 'set', 'sysroot.bootloader', 'none');
    this.ostree('remote', 'add', '--no-gpg-verify', 'origin', `file://${this.#remote}`);
    this.ostree('pull', 'origin', BRANCH);
    this.admin('deploy', '--os=os', '--karg=root=/dev/vda1', `origin:${BRANCH}`);
    this.enable('extra', join(this.directory, 'extra'));
  }

  /** Makes a version the newest one of the branch that is followed. */
  publish(version: string): string {
    const commit = tool(['ostree', `--repo=${this.base.repo}`, 'rev-parse', `${BRANCH}-${version}`]).trim();
    tool(['ostree', `--repo=${this.#remote}`, 'pull-local', this.base.repo, commit]);
    if (existsSync(join(this.#remote, 'refs/heads', BRANCH)))
      tool(['ostree', `--repo=${this.#remote}`, 'refs', '--delete', BRANCH]);
    tool(['ostree', `--repo=${this.#remote}`, 'refs', `--create=${BRANCH}`, commit]);
    return commit;
  }

  /** Writes a .repo file into the /etc of the deployment that would boot next. */
  enable(id: string, place: string): void {
    const directory = join(this.root(), 'etc/yum.repos.d');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${id}.repo`), `[${id}]\nname=${id}\nbaseurl=file://${place}\ngpgcheck=0\n`);
  }

  ostree(...argv: string[]): string {
    return tool(['ostree', `--repo=${this.repo}`, ...argv]);
  }

  admin(...argv: string[]): string {
    return tool(['ostree', 'admin', `--sysroot=${this.sysroot}`, ...argv]);
  }

  /** Runs a verb as a user would. */
  run(...words: string[]): CliResult {
    const at = words.findIndex((word) => word.startsWith('-'));
    const [verb, rest] = at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)];
    return ostrata([...verb, '--config', this.#config, '--sysroot', this.sysroot, '-q', ...rest], {
      cwd: this.directory,
    });
  }

  /** The same, while this process goes on: it may be a server. */
  async start(...words: string[]): Promise<CliResult> {
    const at = words.findIndex((word) => word.startsWith('-'));
    const [verb, rest] = at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)];
    const argv = [OSTRATA, ...verb, '--config', this.#config, '--sysroot', this.sysroot, '-q', ...rest];
    const child = spawn(process.execPath, argv, { cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr };
  }

  /** The result of a verb that succeeds. */
  ok(...words: string[]): LayerResult {
    const result = this.run(...words, '--json');
    assert.equal(result.code, 0, `${words.join(' ')}: ${result.stderr}${result.stdout}`);
    return JSON.parse(result.stdout);
  }

  /** The error of a verb that fails, and that changes nothing. */
  fails(...words: string[]): { readonly code: string; readonly message: string; readonly hint: string } {
    const before = this.admin('status');
    const result = this.run(...words, '--json');
    assert.notEqual(result.code, 0, `${words.join(' ')} succeeds: ${result.stdout}`);
    assert.equal(this.admin('status'), before);
    return JSON.parse(result.stdout).error;
  }

  status(index = 0): StatusRecord {
    const result = this.run('status', '--json');
    assert.equal(result.code, 0, result.stderr);
    return JSON.parse(result.stdout).deployments[index];
  }

  /** The directory of a deployment, in boot order, as the real `ostree` sees it. */
  root(index = 0): string {
    const names = [...this.admin('status').matchAll(/^[ *]*(\S+) ([0-9a-f]{64}\.\d+)/gm)];
    const [, os, name] = names[index]!;
    return join(this.sysroot, 'ostree/deploy', os!, 'deploy', name!);
  }

  deployments(): number {
    return [...this.admin('status').matchAll(/ [0-9a-f]{64}\.\d+/g)].length;
  }

  origin(index = 0): string {
    return readFileSync(`${this.root(index)}.origin`, 'utf8');
  }

  read(path: string, index = 0): string {
    return readFileSync(join(this.root(index), path), 'utf8');
  }

  has(path: string, index = 0): boolean {
    return existsSync(join(this.root(index), path));
  }

  /** The real rpm, on the deployment that boots next. */
  rpm(...argv: string[]): string {
    return tool(['rpm', '--root', this.root(), '--dbpath', '/usr/share/rpm', ...argv]).trim();
  }

  /** What `rpm -V` finds wrong with a package but times, which images do not have. */
  verify(name: string): string {
    return this.rpm('-V', '--nomtime', name);
  }

  metadata(key: string): string {
    return this.ostree('show', `--print-metadata-key=${key}`, this.status().checksum).trim();
  }

  [Symbol.dispose](): void {
    const stateroots = join(this.sysroot, 'ostree/deploy');
    for (const os of existsSync(stateroots) ? readdirSync(stateroots) : []) {
      const deployments = join(stateroots, os, 'deploy');
      // Deployments are immutable: only so can they be removed.
      for (const name of existsSync(deployments) ? readdirSync(deployments) : []) {
        if (!name.endsWith('.origin')) setImmutable(join(deployments, name), false);
      }
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
