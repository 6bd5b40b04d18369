/**
 * A thread that multiplies with two helpers until it is terminated, and posts when they have
 * started.
 */
import { parentPort } from 'node:worker_threads';
import { createNativeKernels } from '../../../../src/engine/kernels/native.ts';
import { addon } from '../../addon.ts';

const SIDE = 256;

if (addon === null) throw new Error('there is no addon');
const kernels = createNativeKernels(addon)({ numbers: 3 * SIDE ** 2 + SIDE, indices: 0 });
kernels.setThreads(3);
for (let times = 0; ; times++) {
  kernels.affine(0, SIDE ** 2, 2 * SIDE ** 2, 3 * SIDE ** 2, SIDE, SIDE, SIDE);
  if (times === 1) parentPort?.postMessage('two helpers');
}
