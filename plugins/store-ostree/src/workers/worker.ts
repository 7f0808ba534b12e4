import { parentPort, workerData } from 'node:worker_threads';
import { StopFlag, serve } from '@ostrata/threads';
import { FileImporter } from '../commit/import-file.ts';
import { fileProblem } from '../fsck/check-object.ts';
import { convertFile } from '../pull/convert-file.ts';
import { type ReceiveTarget, receiveFile } from '../pull/receive-file.ts';
import { FreeSpaceGuard } from '../repo/free-space.ts';
import { ObjectWriter } from '../repo/object-writer.ts';
import { Repository } from '../repo/repository.ts';
import { packError, type Reply, type Task, type TaskResults, type WorkerData } from './protocol.ts';

const { repository, staging, stop } = workerData as WorkerData;
const repo = Repository.open(repository);
let writer: ObjectWriter | undefined;
let receiving: ReceiveTarget | undefined;
if (staging !== null) {
  repo.extraObjects.push(staging);
  writer = new ObjectWriter(repo, staging);
}

const sources = new Map<string, Repository>();

function openSource(path: string): Repository {
  const known = sources.get(path);
  if (known) return known;
  const opened = Repository.open(path);
  sources.set(path, opened);
  return opened;
}

function perform(task: Task): TaskResults[keyof TaskResults] {
  switch (task.kind) {
    case 'import': {
      if (!writer) throw new Error('this worker only reads');
      const importer = new FileImporter(repo.mode, writer, task.options);
      return task.paths.map((path) => importer.import(path));
    }
    case 'convert': {
      if (!writer) throw new Error('this worker only reads');
      const source = openSource(task.source);
      for (const id of task.files) convertFile(source, writer, id, task.trusted);
      return null;
    }
    case 'receive': {
      if (!writer) throw new Error('this worker only reads');
      receiving ??= { repo, writer, space: new FreeSpaceGuard(repo.path, repo.config.minFreeSpace) };
      let written = 0;
      for (const [index, id] of task.files.entries()) {
        const bytes = task.bytes.subarray(task.ends[index - 1] ?? 0, task.ends[index]);
        written += receiveFile(receiving, id, bytes, task.options);
      }
      return { written, memory: task.bytes.buffer };
    }
    case 'check':
      return task.files.map((id) => fileProblem(repo, id) ?? null);
  }
}

serve(new StopFlag(stop), (task: Task) => {
  let reply: Reply;
  try {
    reply = { result: perform(task) };
  } catch (error) {
    reply = { error: packError(error) };
  }
  // Memory that came with a task goes back, and is not left to this thread's next collection of garbage.
  const memory = task.kind === 'receive' && 'result' in reply ? [task.bytes.buffer] : [];
  parentPort?.postMessage(reply, memory);
});
