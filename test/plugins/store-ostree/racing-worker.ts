import { parentPort, workerData } from 'node:worker_threads';
import type { TreeWriter, WriterDescriptor } from '@ostrata/core';

/** Writes commits, each with files that other threads write as well, until the time is over; says how many. */
const { descriptor, number, milliseconds } = workerData as {
  descriptor: WriterDescriptor;
  number: number;
  milliseconds: number;
};
const { openTreeWriter } = (await import(descriptor.module)) as { openTreeWriter(location: string): TreeWriter };
const meta = { mode: 0o100644, uid: 0, gid: 0, xattrs: [] };
const end = Date.now() + milliseconds;
let round = 0;
while (Date.now() < end) {
  const writer = openTreeWriter(descriptor.location);
  for (let file = 0; file < 8; file++) writer.file(`f${file}`, meta, Buffer.from(`${round} ${file}`));
  const ref = `race/${number}/${round++}`;
  writer.commit({ parent: null, subject: '', body: '', timestamp: number, metadata: {}, ref });
}
parentPort?.postMessage(round);
