export interface WorkerSetup {
  /** The repository of the corpus. */
  readonly repository: string;
  readonly scratch: string;
  /** Eight bytes: the number of the input that is being read. */
  readonly progress: SharedArrayBuffer;
}

/** Inputs of one target; each is known by seed, target and number. */
export interface Batch {
  readonly target: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

export interface Finding {
  readonly index: number;
  readonly problem: string;
  /** The input in hexadecimal digits, where it is known. */
  readonly input: string;
}

export interface BatchReport {
  /** Inputs that were read and not refused. */
  readonly accepted: number;
  readonly findings: readonly Finding[];
  /** Bytes of memory of the process when the batch was done. */
  readonly rss: number;
}
