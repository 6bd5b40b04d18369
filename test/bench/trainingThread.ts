/** A thread that runs a round of steps at each message, and responds with the steps a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { chooseKernels } from '../../src/training/backend/kernels.ts';
import { stepping } from './stepTime.ts';

const round = stepping(workerData, {
  createKernels: chooseKernels('auto').createKernels,
  precision: 'float32',
  threads: 1,
});
parentPort?.on('message', () => parentPort?.postMessage(1000 / round()));
