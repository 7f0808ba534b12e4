import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { definePlugin, EXEC, type Exec, type ExecCommand, type ExecResult, HostError } from '@ostrata/core';
import type { Code } from '../errors.ts';

/** Output kept a stream; what a program says beyond that is heard by `onLine` only. */
const MAX_CAPTURE = 64 * 1024 * 1024;
/** Time between the polite signal and the final one. */
const GRACE_MILLISECONDS = 3000;

/** Runs host commands for plugins: each in a process group of its own, which an abort ends as a whole. */
export const hostExec: Exec = { run };

/** The command line's own plugin: it provides {@link EXEC}. */
export const execPlugin = definePlugin({
  name: 'host-exec',
  apiVersion: '^0.1.0',
  apply(host) {
    host.provide(EXEC, () => hostExec);
  },
});

async function run(command: ExecCommand): Promise<ExecResult> {
  const [program, ...args] = command.argv;
  if (program === undefined) throw new TypeError('argv is empty');
  command.signal.throwIfAborted();
  const child = spawn(program, args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: command.env ?? {},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout = capture(child.stdout, 'stdout', command);
  const stderr = capture(child.stderr, 'stderr', command);
  // A program that does not read its input closes the pipe; that is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(command.stdin ?? '');

  const endGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  let lastResort: NodeJS.Timeout | undefined;
  const onAbort = () => {
    endGroup('SIGTERM');
    lastResort = setTimeout(() => endGroup('SIGKILL'), GRACE_MILLISECONDS);
  };
  command.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const ended = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    command.signal.throwIfAborted();
    return { code: ended.code ?? 128, signal: ended.signal, stdout: stdout(), stderr: stderr() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new HostError<Code>('COMMAND_MISSING', `The program "${program}" is not installed.`, {
      cause,
      data: { program },
      hint: `Install the package that has "${program}" and make sure that it is on PATH.`,
    });
  } finally {
    clearTimeout(lastResort);
    command.signal.removeEventListener('abort', onAbort);
  }
}

function capture(stream: NodeJS.ReadableStream, name: 'stdout' | 'stderr', command: ExecCommand): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MAX_CAPTURE) chunks.push(chunk);
    size += chunk.length;
  });
  if (command.onLine !== undefined) {
    const { onLine } = command;
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => onLine(line, name));
  }
  return () => Buffer.concat(chunks);
}
