import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Host, Terminal } from '@ostrata/core';

const FLUSH_BYTES = 64 * 1024;
/** The status of a program that was ended by SIGPIPE, as shells report it. */
const BROKEN_PIPE = 141;

/** The process's own streams as a terminal for commands that do their own talking; disposing of it writes what is left. */
export function processTerminal(program: string): Terminal & Disposable {
  let pending: Uint8Array[] = [];
  let size = 0;
  let host: Promise<Host> | undefined;
  const flush = () => {
    const chunks = pending;
    pending = [];
    size = 0;
    if (chunks.length > 0) writeAll(1, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
  };
  return {
    program,
    environment: process.env,
    input: 0,
    interactive: isTerminal(1),
    out(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
      pending.push(bytes);
      size += bytes.length;
      if (size >= FLUSH_BYTES) flush();
    },
    err(text) {
      flush();
      writeAll(2, Buffer.from(text));
    },
    async withContext(work) {
      const [{ openHost }, { cancellation }] = await Promise.all([
        import('./host/open-host.ts'),
        import('./signals.ts'),
      ]);
      const cancel = cancellation();
      try {
        host ??= openHost([]);
        return await (await host).query(work, { signal: cancel.signal });
      } finally {
        cancel.close();
      }
    },
    [Symbol.dispose]: flush,
  };
}

/** What is no device can be told without loading what Node has for terminals. */
function isTerminal(fd: number): boolean {
  return fstatSync(fd).isCharacterDevice() && isatty(fd);
}

/** Writes bytes at once, whatever the descriptor is; ends the program where nobody reads them any more. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(BROKEN_PIPE);
      if (code !== 'EAGAIN') throw error;
      // A pipe that is full and does not block.
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}
