import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { hasTool } from '../support/tools.ts';

/** What happens in place of a call: the program ends there; the call fails; or it fails for want of room, and all later ones that need some. */
export const MODES = ['kill', 'EIO', 'ENOSPC'] as const;
export type Mode = (typeof MODES)[number];

export interface Fault {
  readonly mode: Mode;
  /** Number of the call, from 1. */
  readonly at: number;
}

/** A call that changes files below the roots. */
export interface Call {
  readonly number: number;
  readonly operation: string;
  readonly path: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly Call[];
}

export interface Injected {
  /** Directories whose changes count, as the program sees them. */
  readonly roots: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What enters the program's surroundings: a command line that ends where the program's begins. */
  readonly wrapper?: readonly string[];
  readonly fault?: Fault;
}

/** Operations that do not fail for want of room. */
const NEEDS_NO_ROOM = new Set(['unlink', 'rmdir', 'chmod', 'chown', 'utimes', 'removexattr', 'ioctl(SETFLAGS)']);

export const needsRoom = ({ operation }: Call): boolean => !NEEDS_NO_ROOM.has(operation);

export const canInject = (): boolean => process.platform === 'linux' && hasTool('cc');

/** Runs programs with the library of `inject.c` between them and the system. */
export class Injector {
  readonly #work: string;
  readonly #library: string;
  #count = 0;

  /** Compiles the library into a directory, where files of the runs are kept as well. */
  constructor(work: string) {
    this.#work = work;
    this.#library = join(work, 'inject.so');
    const source = join(import.meta.dirname, 'inject.c');
    const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', this.#library, source, '-ldl'], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`inject.c does not compile:\n${stderr}`);
  }

  async run(argv: readonly string[], { roots, env = {}, wrapper = [], fault }: Injected): Promise<Ended> {
    const number = this.#count++;
    const [counter, log] = [join(this.#work, `counter-${number}`), join(this.#work, `log-${number}`)];
    writeFileSync(counter, new Uint8Array(8));
    closeSync(openSync(log, 'w'));
    const variables = {
      ...env,
      LD_PRELOAD: this.#library,
      FAULT_ROOTS: roots.join(':'),
      FAULT_COUNTER: counter,
      FAULT_LOG: log,
      ...(fault === undefined ? {} : settings(fault)),
    };
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const [program, ...rest] = [...wrapper, 'env', ...assignments, ...argv];
    // A group of its own: with a machine all of its processes end.
    const child = spawn(program as string, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    const [out, err, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    const calls = parseLog(readFileSync(log, 'utf8'));
    rmSync(counter);
    rmSync(log);
    return { ...end, out, err, calls };
  }
}

function settings({ mode, at }: Fault): Record<string, string> {
  const FAULT_MODE = { kill: 'kill', EIO: 'error', ENOSPC: 'full' }[mode];
  return { FAULT_AT: String(at), FAULT_MODE, FAULT_ERRNO: String(constants.errno.EIO) };
}

function parseLog(log: string): Call[] {
  const lines = log.split('\n').slice(0, -1);
  return lines
    .map((line) => {
      const [number, operation, ...path] = line.split(' ');
      return { number: Number(number), operation: operation as string, path: path.join(' ') };
    })
    .sort((a, b) => a.number - b.number);
}
