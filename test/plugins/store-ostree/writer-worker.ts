import { parentPort, workerData } from 'node:worker_threads';
import type { TreeWriter, WriterDescriptor } from '@ostrata/core';

const { descriptor, number } = workerData as { descriptor: WriterDescriptor; number: number };
const { openTreeWriter } = (await import(descriptor.module)) as { openTreeWriter(location: string): TreeWriter };
const writer = openTreeWriter(descriptor.location);
const meta = { mode: 0o100644, uid: 0, gid: 0, xattrs: [] };
writer.file('shared', meta, Buffer.from('shared'));
writer.file(`own-${number}`, meta, Buffer.from(String(number)));
const commit = { parent: null, subject: '', body: '', timestamp: 0, metadata: {}, ref: `worker/${number}` };
parentPort?.postMessage(writer.commit(commit));
