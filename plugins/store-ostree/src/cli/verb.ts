import type { Terminal } from '@ostrata/contract';

/** How an option takes its value: `flag` none, `list` may be given several times, `count` a whole number. */
export type OptionKind = 'flag' | 'text' | 'list' | 'count';

/** An option of a verb, as `--help` shows it. */
export interface OptionSpec {
  readonly name: string;
  readonly char?: string;
  readonly kind: OptionKind;
  readonly summary: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  /** A flag whose value may be left out: `--fsync=false`. */
  readonly optional?: boolean;
  /** Left out of the help: kept for scripts of the past. */
  readonly hidden?: boolean;
}

/** The options that were given. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  flag(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value of an option. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** A number, or `fallback` where the option was not given. The parser has checked it. */
  count(name: string, fallback: number): number {
    const text = this.text(name);
    return text === undefined ? fallback : Number(text);
  }
}

/** What a verb gets. */
export interface Invocation {
  readonly options: OptionValues;
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** The path of the repository; '' for a verb that needs none. */
  readonly repo: string;
  /** The help of the verb, for mistakes in its arguments. */
  readonly help: string;
}

/** A verb of the `ostree` command line. */
export interface Verb {
  /** The arguments, as the help shows them. */
  readonly usage: string;
  readonly options: readonly OptionSpec[];
  run(call: Invocation): void | Promise<void>;
}
