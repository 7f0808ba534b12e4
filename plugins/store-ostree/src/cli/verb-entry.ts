import type { Invocation, OptionSpec, Verb } from './verb.ts';

/** A verb before it is loaded: start-up reads only the module of the verb that was asked for. */
export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  /** Whether it works on a repository: one that is there, one that it may make, or none. */
  readonly repo: 'existing' | 'path' | 'none';
  /** Left out of the help. */
  readonly hidden?: boolean;
  load(): Promise<Verb>;
}

/** A verb that only has verbs of its own below it, such as `remote add`. */
export interface VerbGroup {
  readonly name: string;
  readonly summary: string;
  readonly hidden?: boolean;
  /** A flag that stands for a command: `admin --print-current-dir`. */
  readonly flag?: { readonly name: string; readonly options: readonly OptionSpec[]; load(): Promise<FlagCommand> };
  readonly verbs: readonly (VerbEntry | VerbGroup)[];
}

export type FlagCommand = (call: Pick<Invocation, 'options' | 'terminal'>) => void;
