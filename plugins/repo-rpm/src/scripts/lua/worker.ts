import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { LuaFactory } from 'wasmoon';
import { PRELUDE } from './prelude.ts';
import type { LuaMessage, LuaStart } from './protocol.ts';

/** The thread in which scripts run, one after another, each in a state of its own: they can do nothing but compute and ask. */
const { flag, port, memoryBytes } = workerData as LuaStart;
const factory = new LuaFactory();

function say(message: LuaMessage): void {
  parentPort?.postMessage(message);
}

/** Asks the host and waits for the answer. */
function ask(call: unknown): string {
  Atomics.store(flag, 0, 0);
  say({ call: String(call) });
  // The call that wakes may come after the value that it is about, while the next answer is waited for.
  while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0);
  return String(receiveMessageOnPort(port)?.message);
}

async function run(): Promise<void> {
  const engine = await factory.createEngine({
    openStandardLibs: true,
    injectObjects: false,
    enableProxy: false,
    traceAllocations: true,
  });
  engine.global.setMemoryMax(memoryBytes);
  engine.global.set('__host', ask);
  let end: string | null = null;
  try {
    engine.doStringSync(PRELUDE);
  } catch (error) {
    end = error instanceof Error ? error.message : String(error);
  }
  engine.global.close();
  say({ end });
}

// What a script is comes with its first question.
parentPort?.on('message', () => void run());
