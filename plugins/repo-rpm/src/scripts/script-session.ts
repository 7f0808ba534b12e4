import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, type Root, SANDBOX, type SandboxResult, type Tree } from '@ostrata/contract';
import { rpmError } from '../errors.ts';
import type { ScriptRun } from './script-plan.ts';

/** Where scripts see their own text. */
const SCRIPTS_IN_ROOT = '/run/ostrata/scripts';
const QUOTED_LINES = 3;

/** How a script ended, in words. */
function ending({ code, signal }: SandboxResult): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** Exit code of shells, and of the sandbox, for a program that is not there. */
const NOT_FOUND = 127;

function failed(script: ScriptRun, result: SandboxResult): Error {
  const said = result.tail.slice(-QUOTED_LINES).join(' / ');
  return rpmError(
    'RPM_SCRIPT_FAILED',
    `The script %${script.kind} of the package ${script.package} ${ending(result)}${said === '' ? '.' : `: ${said}`}`,
    {
      hint:
        result.code === NOT_FOUND
          ? 'Add the package that has the missing program: the one with the script does not require it.'
          : 'The script must be able to run in an image: without network and services, with /var read-only. Leave the package out, or report this to whoever made it.',
      data: {
        package: script.package,
        script: script.kind,
        code: result.code,
        signal: result.signal,
        output: result.tail,
      },
    },
  );
}

/** Runs scripts on one tree. The tree is materialised for the first one, and knows what scripts did once {@link settle} was called. */
export class ScriptSession {
  readonly #tree: Tree;
  readonly #ctx: Context;
  readonly #directory: string;
  /** What scripts did since it was made is in here and not in the tree. */
  #root: Root | null = null;
  /** Scripts that were run. */
  count = 0;

  constructor(tree: Tree, ctx: Context) {
    this.#tree = tree;
    this.#ctx = ctx;
    this.#directory = mkdtempSync(join(ctx.environment.tempDir, 'scripts-'));
  }

  /** @throws RpmError RPM_SCRIPT_FAILED. */
  async run(script: ScriptRun, input?: readonly string[]): Promise<void> {
    this.#ctx.signal.throwIfAborted();
    const scripts = this.#write(script);
    const argv = [...script.interpreter];
    if (script.body !== '')
      argv.push(`${SCRIPTS_IN_ROOT}/${script.id}`, ...(script.argument === null ? [] : [script.argument]));
    const result = await this.#sandboxed(argv, script.id, {
      binds: [{ source: scripts, target: SCRIPTS_IN_ROOT, writable: false }],
      ...(input === undefined ? {} : { stdin: Buffer.from(`${input.join('\n')}\n`) }),
    });
    this.count++;
    if (result.code !== 0 || result.signal !== null) throw failed(script, result);
  }

  /** Takes over what the scripts changed. */
  async settle(): Promise<void> {
    if (this.#root === null) return;
    await this.#tree.absorb(this.#root, this.#ctx);
    this.#root = null;
  }

  /**
   * Whether a program still runs, so that a script that broke the tree is named before anything stranger happens.
   * @throws RpmError RPM_TREE_BROKEN.
   */
  async checkTree(): Promise<void> {
    if (this.count === 0) return;
    const result = await this.#sandboxed(['/usr/bin/true'], 'check', {});
    if (result.code === 0) return;
    throw rpmError(
      'RPM_TREE_BROKEN',
      `/usr/bin/true ${ending(result)} after the package scripts: ${result.tail.join(' / ')}`,
      {
        hint: 'One of the scripts has damaged the tree: look at their output for removed or replaced libraries.',
        data: { code: result.code, output: result.tail },
      },
    );
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #sandboxed(
    argv: readonly string[],
    label: string,
    more: { binds?: { source: string; target: string; writable: boolean }[]; stdin?: Uint8Array },
  ): Promise<SandboxResult> {
    this.#root ??= await this.#tree.materialize(this.#ctx);
    const sandbox = await this.#ctx.get(SANDBOX);
    return sandbox.run(
      { root: this.#root, argv, profile: 'script', writable: 'usr-etc', wrappers: true, label, ...more },
      this.#ctx,
    );
  }

  /** Writes a script where only it is; other scripts are none of its business. */
  #write(script: ScriptRun): string {
    const directory = join(this.#directory, String(this.count));
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    writeFileSync(join(directory, script.id), script.body, { mode: 0o755 });
    return directory;
  }
}
