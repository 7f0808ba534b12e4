import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { LuaFactory } from 'wasmoon';
import { PRELUDE } from './prelude.ts';
import type { LuaMessage, LuaStart } from './protocol.ts';

/** The thread in which a script runs: it can do nothing but compute and ask. */
const { flag, port, memoryBytes } = workerData as LuaStart;

function say(message: LuaMessage): void {
  parentPort?.postMessage(message);
}

/** Asks the host and waits for the answer. */
function ask(call: unknown): string {
  Atomics.store(flag, 0, 0);
  say({ call: String(call) });
  Atomics.wait(flag, 0, 0);
  return String(receiveMessageOnPort(port)?.message);
}

const engine = await new LuaFactory().createEngine({
  openStandardLibs: true,
  injectObjects: false,
  enableProxy: false,
  traceAllocations: true,
});
engine.global.setMemoryMax(memoryBytes);
engine.global.set('__host', ask);
try {
  engine.doStringSync(PRELUDE);
  say({ end: null });
} catch (error) {
  say({ end: error instanceof Error ? error.message : String(error) });
}
