import { parentPort, workerData } from 'node:worker_threads';
import { FileImporter } from '../commit/import-file.ts';
import { fileProblem } from '../fsck/check-object.ts';
import { ObjectWriter } from '../repo/object-writer.ts';
import { Repository } from '../repo/repository.ts';
import { packError, type Reply, type Task, type TaskResults, type WorkerSetup } from './protocol.ts';

const { repository, staging } = workerData as WorkerSetup;
const repo = Repository.open(repository);
let writer: ObjectWriter | undefined;
if (staging !== null) {
  repo.extraObjects.push(staging);
  writer = new ObjectWriter(repo, staging);
}

function perform(task: Task): TaskResults[keyof TaskResults] {
  switch (task.kind) {
    case 'import': {
      if (!writer) throw new Error('this worker only reads');
      const importer = new FileImporter(repo.mode, writer, task.options);
      return task.paths.map((path) => importer.import(path));
    }
    case 'check':
      return task.files.map((id) => fileProblem(repo, id) ?? null);
  }
}

parentPort?.on('message', (task: Task) => {
  let reply: Reply;
  try {
    reply = { result: perform(task) };
  } catch (error) {
    reply = { error: packError(error) };
  }
  parentPort?.postMessage(reply);
});
