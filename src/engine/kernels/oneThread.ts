import type { Kernels } from './kernels.ts';

export type Threads = Pick<Kernels, 'maxThreads' | 'setThreads'>;

/** For a backend that runs on its caller's thread alone. */
export const ONE_THREAD: Threads = {
  maxThreads: 1,
  setThreads(count) {
    if (count !== 1) throw new RangeError(`This backend has 1 thread, not ${count}.`);
  },
};
