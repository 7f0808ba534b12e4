/** What became of one case. A failed or skipped one says why in one line. */
export type CaseResult =
  | { readonly name: string; readonly status: 'passed' }
  | { readonly name: string; readonly status: 'failed' | 'skipped'; readonly reason: string };

/** Options of the command line: `--oracle DIR` is `{ oracle: 'DIR' }`. Each module says which ones it knows. */
export type ConformanceOptions = Readonly<Record<string, string>>;

/**
 * A module `test/conformance/NAME.ts`, which `npm run -s conformance -- NAME PATH [--option VALUE]` runs: it judges the project by somebody
 * else's cases at PATH, a folder of any size of the module's form. Results come as they are found, in a stable order.
 */
export interface ConformanceModule {
  /** Options beside PATH that the module takes. */
  readonly options: readonly string[];
  /** Whether names of cases may follow PATH: then only those are run. The result of every case is printed. */
  readonly takesNames?: boolean;
  /** The option that a word after PATH stands for, where no names do. */
  readonly second?: string;
  /** Throws only when PATH or an option is unusable: a bad case is a failed case. */
  run(path: string, options: ConformanceOptions, names?: readonly string[]): AsyncIterable<CaseResult>;
}

export function passed(name: string): CaseResult {
  return { name, status: 'passed' };
}

export function failed(name: string, reason: string): CaseResult {
  return { name, status: 'failed', reason };
}

export function skipped(name: string, reason: string): CaseResult {
  return { name, status: 'skipped', reason };
}
