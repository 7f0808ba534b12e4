import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmutable } from '../../../plugins/store-ostree/src/sysroot/immutable.ts';
import { type CliResult, OSTRATA, ostrata } from '../../support/cli.ts';
import { run } from '../store-ostree/support.ts';
import { Images } from '../store-ostree/sysroot/support.ts';

export const BRANCH = 'test/stable';

/** A sysroot that `ostree admin` has made, which runs version 1 of an image, and a remote with three versions. */
export class Scene {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'ostrata-client-'));
  readonly sysroot: string = join(this.directory, 'sysroot');
  readonly repo: string = join(this.sysroot, 'ostree/repo');
  readonly images: Images = new Images(this.directory);
  readonly versions: string[] = [];
  readonly #config = join(this.directory, 'config.yaml');

  constructor() {
    writeFileSync(
      this.#config,
      [
        `cache: ${this.directory}/cache`,
        `state: ${this.directory}/state`,
        'plugins:',
        ...['solver-sat', 'query', 'treefile', 'layering'].map((name) => `  ${name}: {enabled: false}`),
      ].join('\n'),
    );
    for (const version of ['1', '2', '3']) this.versions.push(this.image(BRANCH, version));
    mkdirSync(join(this.sysroot, 'boot/syslinux'), { recursive: true });
    mkdirSync(join(this.sysroot, 'boot/loader.0'));
    symlinkSync('loader.0', join(this.sysroot, 'boot/loader'));
    writeFileSync(join(this.sysroot, 'boot/loader/syslinux.cfg'), '');
    symlinkSync('../loader/syslinux.cfg', join(this.sysroot, 'boot/syslinux/syslinux.cfg'));
    run('ostree', 'admin', 'init-fs', '--modern', this.sysroot);
    this.admin('os-init', 'os');
    this.ostree('remote', 'add', '--no-gpg-verify', 'origin', `file://${this.images.repo}`);
    this.publish(1);
    this.ostree('pull', 'origin', BRANCH);
    this.admin('deploy', '--os=os', '--karg=root=/dev/vda1', '--karg=quiet', `origin:${BRANCH}`);
  }

  /** A commit of an image with a version and packages. */
  image(ref: string, version: string): string {
    return this.images.commit(ref, { 'usr/bin/tool': version }, `--add-metadata-string=version=${version}`);
  }

  /** Makes a version the newest one of the branch. */
  publish(version: number): string {
    const commit = this.versions[version - 1]!;
    run('ostree', `--repo=${this.images.repo}`, 'refs', '--delete', BRANCH);
    run('ostree', `--repo=${this.images.repo}`, 'refs', `--create=${BRANCH}`, commit);
    return commit;
  }

  ostree(...argv: string[]): string {
    return run('ostree', `--repo=${this.repo}`, ...argv);
  }

  admin(...argv: string[]): string {
    return run('ostree', 'admin', `--sysroot=${this.sysroot}`, ...argv);
  }

  /** A verb of ours that runs beside the test. */
  start(verb: string, ...argv: string[]): ChildProcess {
    const options = ['--config', this.#config, '--sysroot', this.sysroot];
    return spawn(process.execPath, [OSTRATA, verb, ...options, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Runs a verb of ours as a user would. */
  ours(verb: string, ...argv: string[]): CliResult {
    return ostrata([...verb.split(' '), '--config', this.#config, '--sysroot', this.sysroot, '-q', ...argv]);
  }

  /** Versions of the deployments in boot order, as the real `ostree admin status` sees them. */
  booting(): string[] {
    return [...this.admin('status').matchAll(/Version: (\S+)/g)].map(([, version]) => version!);
  }

  [Symbol.dispose](): void {
    const deployments = join(this.sysroot, 'ostree/deploy/os/deploy');
    // Deployments are immutable: only so can they be removed.
    if (existsSync(deployments)) {
      for (const name of readdirSync(deployments).filter((one) => !one.endsWith('.origin'))) {
        setImmutable(join(deployments, name), false);
      }
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
