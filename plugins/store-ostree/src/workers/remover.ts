import { workerData } from 'node:worker_threads';
import { removeTree } from '../repo/remove-tree.ts';

removeTree(workerData as string);
