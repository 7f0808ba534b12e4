import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { WorkerData } from './protocol.ts';

/** Entry of a worker thread. Its modules are compiled once a machine and not once a thread, where the program does so itself. */
const { compileCache } = workerData as WorkerData;
if (compileCache !== null) enableCompileCache(compileCache);
await import('./worker.ts');
