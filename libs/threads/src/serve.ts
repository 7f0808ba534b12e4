import { parentPort } from 'node:worker_threads';
import type { StopFlag } from './stop-flag.ts';

/** In a thread: does each message that comes, until the flag is set; then nothing keeps the thread alive. @throws Error outside a thread */
export function serve<Message>(stop: StopFlag, perform: (message: Message) => void): void {
  const port = parentPort;
  if (!port) throw new Error('this module runs in a worker thread');
  port.on('message', (message: Message) => {
    if (stop.isSet) port.close();
    else perform(message);
  });
}
