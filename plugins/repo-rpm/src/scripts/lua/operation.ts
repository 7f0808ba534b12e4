import type { LuaEnvironment } from './environment.ts';
import type { Errno } from './errno.ts';
import type { ScriptFiles } from './files.ts';
import { type Argument, fromBytes, LuaError, type Value } from './protocol.ts';

/** How a program that a script starts is run: in the sandbox, on the same tree. */
export interface ProgramRunner {
  run(argv: readonly string[], options: ProgramOptions): Promise<number>;
  /** The same, for what the program prints; null where it cannot be started. */
  capture(argv: readonly string[], options: ProgramOptions): Promise<{ status: number; output: Uint8Array }>;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly stdin?: Uint8Array;
}

/** What operations work with. */
export interface HostState {
  readonly files: ScriptFiles;
  readonly programs: ProgramRunner;
  readonly environment: LuaEnvironment;
  readonly variables: Map<string, string>;
  /** Whether this is a child that {@link fork} made. */
  readonly forked: boolean;
  /** Runs the script once more up to this point, as a child; gives its process number. */
  fork(): Promise<number>;
  /** Children that nobody has waited for. */
  readonly children: Map<number, number>;
  /** Takes a piece of output. */
  print(text: string): void;
  /** What the script starts with, as results of the first call. */
  readonly start: readonly Value[];
  lastError: Errno | null;
}

/** Results of an operation; arguments have been checked for their types by {@link Arguments}. */
export type Operation = (state: HostState, args: Arguments) => Promise<readonly Value[]> | readonly Value[];

/** The arguments of a call, with their types checked as Lua's own functions do it. */
export class Arguments {
  readonly values: readonly Argument[];
  /** Of the function, for messages. */
  readonly #name: string;

  constructor(operation: string, values: readonly Argument[]) {
    this.values = values;
    this.#name = operation.slice(operation.indexOf('.') + 1);
  }

  /** What a function says of an argument that it does not take. */
  bad(index: number, why: string): LuaError {
    return new LuaError(`bad argument #${index + 1} to '${this.#name}' (${why})`);
  }

  /** A table, or the one value of it that an argument names. */
  select(index: number, table: { readonly [key: string]: Value }): readonly Value[] {
    if (!this.has(index)) return [table];
    const key = this.text(index);
    if (!Object.hasOwn(table, key)) throw this.bad(index, `invalid option '${key}'`);
    return [table[key]];
  }

  has(index: number): boolean {
    const value = this.values[index];
    return value !== undefined && value !== null;
  }

  /** Bytes as characters. */
  bytes(index: number): string {
    const value = this.values[index];
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw new LuaError(
      `bad argument #${index + 1} (string expected, got ${value == null ? 'no value' : typeof value})`,
    );
  }

  text(index: number): string {
    return fromBytes(this.bytes(index));
  }

  number(index: number): number {
    const value = this.values[index];
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw this.bad(index, 'number expected');
  }

  /** All as texts, for a program. */
  texts(from = 0): string[] {
    return this.values.slice(from).map((_, i) => this.text(from + i));
  }
}
