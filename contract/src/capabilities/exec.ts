import { capability } from './token.ts';

export interface ExecCommand {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
  readonly stdin?: Uint8Array;
  readonly signal: AbortSignal;
  /** Hears each line of standard output and standard error as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface ExecResult {
  readonly code: number;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs host commands, each in a process group of its own that an abort ends as a whole. */
export interface Exec {
  /** Throws a HostError when the program is not there; any exit code is a result. */
  run(command: ExecCommand): Promise<ExecResult>;
}

export const EXEC = capability<Exec>('exec');
