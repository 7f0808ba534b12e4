import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { LuaMessage, LuaStart } from './protocol.ts';

/** This module's neighbour, as it is when sources run and when they have been compiled. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

const MEMORY_BYTES = 256 * 1024 * 1024;

/** A thread with an interpreter. It is of no use any more after a run that did not come to its end. */
class LuaThread {
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  readonly #port: MessagePort;
  readonly #worker: Worker;

  constructor() {
    const channel = new MessageChannel();
    this.#port = channel.port2;
    const workerData: LuaStart = { memoryBytes: MEMORY_BYTES, flag: this.#flag, port: channel.port1 };
    this.#worker = new Worker(WORKER, { workerData, transferList: [channel.port1], env: {} });
  }

  /** @returns what the script failed with, or null. */
  run(answer: (call: string) => Promise<string>, signal: AbortSignal): Promise<string | null> {
    const worker = this.#worker;
    return new Promise<string | null>((resolve, reject) => {
      const onAbort = () => settle(() => reject(signal.reason));
      const onMessage = (message: LuaMessage) => {
        if ('end' in message) settle(() => resolve(message.end));
        else
          answer(message.call).then(
            (text) => this.#reply(text),
            (error: unknown) => settle(() => reject(error)),
          );
      };
      const onError = (error: Error) => settle(() => reject(error));
      const onExit = () => settle(() => reject(new Error('the thread of the interpreter ended')));
      const settle = (finish: () => void) => {
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      signal.addEventListener('abort', onAbort);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage('run');
    });
  }

  async close(): Promise<void> {
    this.#port.close();
    await this.#worker.terminate();
  }

  #reply(text: string): void {
    this.#port.postMessage(text);
    Atomics.store(this.#flag, 0, 1);
    Atomics.notify(this.#flag, 0);
  }
}

/** Threads of one transaction: the next script takes the one that the last has left. */
export class LuaThreads {
  readonly #idle: LuaThread[] = [];

  /** Runs a script; see {@link LuaThread}. */
  async run(answer: (call: string) => Promise<string>, signal: AbortSignal): Promise<string | null> {
    signal.throwIfAborted();
    const thread = this.#idle.pop() ?? new LuaThread();
    try {
      const end = await thread.run(answer, signal);
      this.#idle.push(thread);
      return end;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((thread) => thread.close()));
  }
}
