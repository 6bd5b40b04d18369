/** A thread that reads the table of its `workerData` and posts how many columns it has. */
import { parentPort, workerData } from 'node:worker_threads';
import { readTable } from '../../../src/datasets/rows/readTable.ts';

const { columns } = await readTable(workerData);
parentPort?.postMessage(columns.length);
