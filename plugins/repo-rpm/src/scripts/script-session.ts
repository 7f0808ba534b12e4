import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Context,
  type Root,
  SANDBOX,
  type SandboxCommand,
  type SandboxResult,
  type Tree,
} from '@ostrata/contract';
import { type RpmError, rpmError } from '../errors.ts';
import { LuaSession } from './lua-session.ts';
import { LUA, type ScriptRun } from './script-plan.ts';

/** Where scripts see their own text. */
const SCRIPTS_IN_ROOT = '/run/ostrata/scripts';
const QUOTED_LINES = 3;

/** How a script ended, in words. */
function ending({ code, signal }: SandboxResult, isLua = false): string {
  if (isLua && signal === null) return 'failed';
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** Exit code of shells, and of the sandbox, for a program that is not there. */
const NOT_FOUND = 127;

const HINT =
  'The script must be able to run in an image: without network and services, with /var read-only. Leave the package out, set a rule for the script in `scripts` of the configuration of repo-rpm, or report this to whoever made it.';
const HINT_NOT_FOUND = 'Add the package that has the missing program: the one with the script does not require it.';
/** With less than this a file system is as good as full. */
const LITTLE_BYTES = 1024 * 1024;

/** What to do about a script that failed. */
function hintFor(result: SandboxResult, root: Root | null): string {
  if (root !== null) {
    const { bavail, bsize } = statfsSync(root.upper ?? root.lower);
    if (bavail * bsize < LITTLE_BYTES) {
      return `The file system of ${root.upper ?? root.lower} is full: make room, unless the script itself has filled it.`;
    }
  }
  return result.code === NOT_FOUND ? HINT_NOT_FOUND : HINT;
}

function failed(script: ScriptRun, result: SandboxResult, root: Root | null): RpmError {
  const said = result.tail.slice(-QUOTED_LINES).join(' / ');
  return rpmError(
    'RPM_SCRIPT_FAILED',
    `The script %${script.kind} of the package ${script.package} ${ending(result, script.interpreter[0] === LUA)}${said === '' ? '.' : `: ${said}`}`,
    {
      hint: hintFor(result, root),
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

export interface SessionSettings {
  readonly timeoutSeconds: number;
  /** Languages of the image, for macros. */
  readonly languages: readonly string[] | null;
}

/** Installation prefixes of a relocatable package, as rpm hands them to scripts (lib/rpmscript.c, doScriptExec). */
function prefixVariables(prefixes: readonly string[]): { [name: string]: string } {
  const [first] = prefixes;
  const numbered = prefixes.map((prefix, i): [string, string] => [`RPM_INSTALL_PREFIX${i}`, prefix]);
  return Object.fromEntries(first === undefined ? [] : [...numbered, ['RPM_INSTALL_PREFIX', first]]);
}

/** Runs scripts on one tree. The tree is materialised for the first one, and knows what scripts did once {@link settle} was called. */
export class ScriptSession {
  readonly #tree: Tree;
  readonly #ctx: Context;
  readonly #directory: string;
  readonly #settings: SessionSettings;
  #lua: LuaSession | undefined;
  #sandboxUsed = false;
  /** What scripts did since it was made is in here and not in the tree. */
  #root: Root | null = null;
  /** Scripts that were run. */
  count = 0;

  constructor(tree: Tree, ctx: Context, settings: SessionSettings) {
    this.#tree = tree;
    this.#ctx = ctx;
    this.#settings = settings;
    this.#directory = mkdtempSync(join(ctx.environment.tempDir, 'scripts-'));
  }

  /** @throws RpmError RPM_SCRIPT_FAILED. */
  async run(script: ScriptRun, input?: readonly string[]): Promise<void> {
    this.#ctx.signal.throwIfAborted();
    const isLua = script.interpreter[0] === LUA;
    const result = await (isLua ? this.#runLua(script, input) : this.#runProgram(script, input));
    this.count++;
    if (result.code === 0 && result.signal === null) return;
    const error = failed(script, result, this.#root);
    if (!script.lenient) throw error;
    this.#ctx.progress.warning(error.code, error.message, error.hint ?? undefined);
  }

  async #runProgram(script: ScriptRun, input: readonly string[] | undefined): Promise<SandboxResult> {
    const source = this.#write(script);
    const argv = [...script.interpreter];
    if (script.body !== '') argv.push(`${SCRIPTS_IN_ROOT}/${script.id}`, ...script.arguments.map(String));
    return this.#sandboxed(argv, script.id, {
      binds: [{ source, target: SCRIPTS_IN_ROOT, writable: false }],
      env: prefixVariables(script.prefixes),
      ...(input === undefined ? {} : { stdin: Buffer.from(`${input.join('\n')}\n`) }),
    });
  }

  /** A script in Lua changes the tree itself; programs that it starts see what it did, and it sees what they did. */
  async #runLua(script: ScriptRun, input: readonly string[] | undefined): Promise<SandboxResult> {
    await this.settle();
    this.#lua ??= new LuaSession({
      ...this.#settings,
      tree: this.#tree,
      ctx: this.#ctx,
      directory: this.#directory,
    });
    return this.#lua.run(script, input ?? null, async (argv, more) => {
      const result = await this.#sandboxed(argv, script.id, more);
      await this.settle();
      return result;
    });
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
    if (!this.#sandboxUsed) return;
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

  async close(): Promise<void> {
    await this.#lua?.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #sandboxed(
    argv: readonly string[],
    label: string,
    more: Pick<SandboxCommand, 'binds' | 'stdin' | 'cwd' | 'env'>,
  ): Promise<SandboxResult> {
    this.#sandboxUsed = true;
    this.#root ??= await this.#tree.materialize(this.#ctx);
    const sandbox = await this.#ctx.get(SANDBOX);
    return sandbox.run(
      {
        root: this.#root,
        argv,
        profile: 'script',
        writable: 'usr-etc',
        wrappers: true,
        label,
        timeoutSeconds: this.#settings.timeoutSeconds,
        ...more,
      },
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
