import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, SandboxCommand, SandboxResult, Tree } from '@ostrata/contract';
import type { LuaEnvironment } from './lua/environment.ts';
import { ScriptFiles } from './lua/files.ts';
import { LuaThreads } from './lua/lua-thread.ts';
import type { ProgramOptions, ProgramRunner } from './lua/operation.ts';
import { toBytes } from './lua/protocol.ts';
import { runLua } from './lua/run-lua.ts';
import { Scratch } from './lua/scratch.ts';
import { imageMacros } from './macros.ts';
import type { ScriptRun } from './script-plan.ts';

/** Where a program's output goes that a script wants to read. */
const OUTPUT_IN_ROOT = '/run/ostrata/output';
const REDIRECT = `exec "$@" > ${OUTPUT_IN_ROOT}/output`;
const TIMED_OUT = 124;
const KEPT_LINES = 50;

/** Runs a program of the tree, which is up to date before and afterwards. */
export type RunProgram = (
  argv: readonly string[],
  more: Pick<SandboxCommand, 'cwd' | 'env' | 'stdin' | 'binds'>,
) => Promise<SandboxResult>;

export interface LuaSettings {
  readonly tree: Tree;
  readonly ctx: Context;
  /** A directory of its own on the host. */
  readonly directory: string;
  readonly languages: readonly string[] | null;
  readonly timeoutSeconds: number;
}

/** Runs the scripts in Lua of one transaction. */
export class LuaSession {
  readonly #settings: LuaSettings;
  readonly #environment: LuaEnvironment;
  readonly #threads = new LuaThreads();
  #captures = 0;

  constructor(settings: LuaSettings) {
    this.#settings = settings;
    const { arch } = settings.ctx.environment;
    const imageScope = imageMacros(arch, settings.languages);
    this.#environment = { scratch: new Scratch(), macros: new Map(), imageMacros: imageScope, arch };
  }

  /** How the script ended, in the form of a program's end. */
  async run(script: ScriptRun, input: readonly string[] | null, runProgram: RunProgram): Promise<SandboxResult> {
    const { tree, ctx, timeoutSeconds } = this.#settings;
    const limit = AbortSignal.timeout(timeoutSeconds * 1000);
    const output = new Output((line) => ctx.progress.message(line, { source: script.id, level: 'info' }));
    try {
      const error = await runLua(
        {
          name: script.id,
          body: toBytes(script.body),
          args: script.arguments,
          prefixes: script.prefixes.map(toBytes),
          files: input === null ? null : input.map(toBytes),
        },
        {
          threads: this.#threads,
          files: new ScriptFiles(tree, this.#environment.scratch),
          programs: this.#programs(runProgram),
          environment: this.#environment,
          print: (text) => output.add(text),
        },
        AbortSignal.any([ctx.signal, limit]),
      );
      output.end();
      if (error === null) return { code: 0, signal: null, tail: output.tail };
      output.add(`${error}\n`);
      return { code: 1, signal: null, tail: output.tail };
    } catch (error) {
      if (ctx.signal.aborted || !limit.aborted) throw error;
      output.add(`ended: it took longer than ${timeoutSeconds} s\n`);
      return { code: TIMED_OUT, signal: 'SIGKILL', tail: output.tail };
    }
  }

  close(): Promise<void> {
    return this.#threads.close();
  }

  #programs(runProgram: RunProgram): ProgramRunner {
    const from = ({ cwd, env, stdin }: ProgramOptions) => ({ cwd, env, ...(stdin === undefined ? {} : { stdin }) });
    const status = ({ code }: SandboxResult) => code;
    return {
      run: async (argv, options) => status(await runProgram(argv, from(options))),
      capture: async (argv, options) => {
        const source = join(this.#settings.directory, `output-${this.#captures++}`);
        mkdirSync(source);
        try {
          const binds = [{ source, target: OUTPUT_IN_ROOT, writable: true }];
          const redirected = ['/bin/sh', '-c', REDIRECT, 'sh', ...argv];
          const result = await runProgram(redirected, { ...from(options), binds });
          return { status: status(result), output: readOutput(join(source, 'output')) };
        } finally {
          rmSync(source, { recursive: true, force: true });
        }
      },
    };
  }
}

/** Nothing where the program could not even be started. */
function readOutput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array();
    throw error;
  }
}

/** Output of a script, line by line. */
class Output {
  readonly #onLine: (line: string) => void;
  #rest = '';
  #lines: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  get tail(): readonly string[] {
    return this.#lines;
  }

  #line(line: string): void {
    this.#onLine(line);
    this.#lines = [...this.#lines.slice(1 - KEPT_LINES), line];
  }
}
