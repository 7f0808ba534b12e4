import { Errno } from './errno.ts';
import { perform } from './host.ts';
import type { LuaThreads } from './lua-thread.ts';
import type { HostState } from './operation.ts';
import { answer, LuaExit, type Value } from './protocol.ts';

/** Calls that a script may make before it forks: a child repeats them. */
const MAX_RECORDED = 100_000;
const MAX_CHILDREN = 1000;
/** Ends of a child that leaves the script without an exit of its own (rpm, rpm_pcall). */
const RUNAWAY = 1;

/** A script in Lua with all that it needs. */
export interface LuaScript {
  readonly name: string;
  /** Bytes as characters. */
  readonly body: string;
  /** Counts, for `arg[2]` and `arg[3]`. */
  readonly args: readonly number[];
  readonly prefixes: readonly string[];
  readonly files: readonly string[] | null;
}

/** The world of a script, but for what belongs to one process. */
export interface LuaWorld extends Pick<HostState, 'files' | 'programs' | 'environment' | 'print'> {
  readonly threads: LuaThreads;
}

/** How a script ended: null when it did what it wanted, else what it says of its failure. */
export type LuaOutcome = string | null;

/**
 * Runs a script as rpm 4.18 does (lib/rpmscript.c, runLuaScript) in a thread of its own that can only compute and ask: the tree is its file
 * system, programs run in the sandbox. Ends it when the signal is aborted, which throws the signal's reason.
 */
export async function runLua(script: LuaScript, world: LuaWorld, signal: AbortSignal): Promise<LuaOutcome> {
  const end = await new LuaProcess(script, world, signal, null).run();
  return end.error;
}

interface Ended {
  readonly error: string | null;
  readonly status: number;
}

/** One process of a script: the script itself, or a child that it forked. */
class LuaProcess {
  readonly #script: LuaScript;
  readonly #world: LuaWorld;
  readonly #signal: AbortSignal;
  /** Answers that a child repeats up to its fork. */
  readonly #replay: string[] | null;
  /** Answers so far, for children. */
  readonly #record: string[] = [];
  readonly #state: HostState;
  #children = 0;

  constructor(script: LuaScript, world: LuaWorld, signal: AbortSignal, replay: readonly string[] | null) {
    this.#script = script;
    this.#world = world;
    this.#signal = signal;
    this.#replay = replay === null ? null : [...replay];
    const variables = new Map([
      ['PATH', '/usr/sbin:/usr/bin'],
      ['LANG', 'C.UTF-8'],
    ]);
    this.#state = {
      ...world,
      variables,
      forked: replay !== null,
      fork: () => this.#fork(),
      children: new Map(),
      start: startValues(script),
      lastError: null,
    };
  }

  async run(): Promise<Ended> {
    try {
      const error = await this.#world.threads.run((call) => this.#answer(call), this.#signal);
      return { error, status: RUNAWAY };
    } catch (error) {
      if (error instanceof LuaExit) return { error: null, status: error.status };
      throw error;
    }
  }

  async #answer(call: string): Promise<string> {
    const known = this.#replay?.shift();
    if (known !== undefined) return known;
    const text = await perform(this.#state, call);
    if (this.#record.length < MAX_RECORDED) this.#record.push(text);
    return text;
  }

  /**
   * A child is the script run once more: what it was told up to here it is told again, and then that it is the child. It runs to its end
   * before the parent goes on, which the parent cannot tell from a child that is quick.
   */
  async #fork(): Promise<number> {
    if (this.#record.length >= MAX_RECORDED || this.#children >= MAX_CHILDREN) throw new Errno('EPERM');
    const replay = [...this.#record, answer([0])];
    const child = new LuaProcess(this.#script, this.#world, this.#signal, replay);
    const { files } = this.#world;
    const { cwd, umask } = files;
    const { status, error } = await child.run();
    files.cwd = cwd;
    files.umask = umask;
    if (error !== null) this.#world.print(`${error}\n`);
    const pid = 2 + this.#children++;
    this.#state.children.set(pid, status);
    return pid;
  }
}

function startValues({ body, name, args, prefixes, files }: LuaScript): readonly Value[] {
  return [body, name, ['<lua>', ...args], prefixes.length > 0 ? prefixes : null, files];
}
