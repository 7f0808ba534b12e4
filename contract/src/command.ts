import type { Context } from './context.ts';
import type { Json, Outcome, Request } from './records/index.ts';

/** A flag of a command, as data. */
export interface FlagSpec {
  readonly kind: 'boolean' | 'string' | 'integer';
  readonly summary: string;
  readonly char?: string;
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly options?: readonly string[];
  readonly default?: string | number | boolean;
  readonly hidden?: boolean;
}

export interface ArgSpec {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** Takes all that follow. */
  readonly multiple?: boolean;
}

/** What a command line gave. */
export interface CommandInput {
  readonly args: { readonly [name: string]: string | readonly string[] | undefined };
  readonly flags: { readonly [name: string]: string | number | boolean | readonly string[] | undefined };
  /** Opens the user's editor on a text and gives what they made of it; absent where there is no terminal. */
  readonly edit?: (text: string) => Promise<string>;
}

export interface CommandResult {
  /** For `--json`. */
  readonly data: Json;
  /** For people; without colour. */
  readonly text: string;
  readonly exitCode?: number;
  /** Restarts the machine once the result has been printed. Only for changes of the system that runs. */
  readonly reboot?: boolean;
}

/** What all verbs that the command line parses say of themselves. */
interface ParsedCommandSpec {
  /** Words, separated by spaces: `repo list`. */
  readonly id: string;
  /** Other names, also words separated by spaces. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly hidden?: boolean;
  readonly args?: readonly ArgSpec[];
  readonly flags?: { readonly [name: string]: FlagSpec };
  readonly examples?: readonly string[];
}

/** A command-line verb that a plugin adds, as data: the command line is built from it and no plugin imports a CLI library. */
export interface CommandSpec extends ParsedCommandSpec {
  run(input: CommandInput, ctx: Context): Promise<CommandResult>;
}

/**
 * A verb that walks the corridor: it turns words into a request and an outcome into words. The command line runs the request in
 * between, with progress, and cancels it on Ctrl-C.
 */
export interface JourneyCommandSpec extends ParsedCommandSpec {
  /**
   * Called before the run, outside of its transaction: nothing may be changed. What the request needs to know of the system is read
   * here, or in `request.complete`. A result, in place of a request, is what is said when there is nothing to do.
   */
  request(input: CommandInput, ctx: Context): Promise<Request | CommandResult>;
  /** Called when the run has succeeded; what failed is reported by the command line. */
  result(outcome: Outcome, input: CommandInput, ctx: Context): Promise<CommandResult>;
}

/** The streams and the surroundings of a command that does its own talking. Only the command line has a process; plugins get this. */
export interface Terminal {
  /** The name the user started the program by, for help texts. */
  readonly program: string;
  readonly environment: { readonly [name: string]: string | undefined };
  /** The file descriptor of the standard input. */
  readonly input: number;
  /** Whether the output goes to a terminal that shows progress lines. */
  readonly interactive: boolean;
  /** Writes to the standard output, in order; the bytes are out when the command has ended. */
  out(data: string | Uint8Array): void;
  err(text: string): void;
  /** Opens the configured host for work that needs capabilities of plugins; most commands of a script need none. */
  withContext<T>(work: (ctx: Context) => Promise<T>): Promise<T>;
}

/**
 * A verb that takes its words as they are and writes its output itself, byte for byte: for drop-in replacements of other programs,
 * whose options and outputs are not ours to choose.
 */
export interface RawCommandSpec {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** Takes all words after the id and gives the exit status. It reports its own errors. */
  runRaw(argv: readonly string[], terminal: Terminal): Promise<number>;
}
