import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tool } from './tools.ts';

/** The interpreter that distributions install libsolv's binding for. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'libsolv-rpmmd.py');

export interface InstallJob {
  /** Names of packages. */
  readonly install: readonly string[];
  readonly weak: boolean;
}

export interface LibsolvRequest {
  /** Ids and folders that hold `repodata`. */
  readonly repositories: readonly (readonly [id: string, folder: string])[];
  readonly jobs: readonly InstallJob[];
  /** How often each job is solved; once by default. */
  readonly rounds?: number;
  /** Where its own packed form of each repository is, or is put. */
  readonly cache?: string;
}

/** Seconds are of CPU time, those in `wall` of the clock. */
export interface LibsolvAnswer {
  readonly load: number;
  readonly index: number;
  readonly wall: { readonly load: number; readonly index: number };
  readonly jobs: readonly {
    readonly first: number;
    /** Median of the rounds. */
    readonly seconds: number;
    readonly wall: { readonly first: number; readonly seconds: number };
    readonly problems: number;
    /** `name-evr.arch`, sorted. */
    readonly packages: readonly string[];
  }[];
  readonly megabytes: number;
}

export function hasPythonSolv(): boolean {
  return spawnSync(PYTHON, ['-c', 'import solv']).status === 0;
}

/** What libsolv answers through its Python binding, in a process of its own. */
export function askLibsolv(request: LibsolvRequest): LibsolvAnswer {
  return JSON.parse(tool([PYTHON, SCRIPT, JSON.stringify(request)])) as LibsolvAnswer;
}
