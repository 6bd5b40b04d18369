import type { Kernels } from './kernels.ts';

export type Threads = Pick<Kernels, 'maxThreads' | 'setThreads'>;

/** Of a player that plays on its caller's thread alone. */
export const ONE_THREAD: Threads = {
  maxThreads: 1,
  setThreads(count) {
    if (count !== 1) throw new RangeError(`this player has one thread, not ${count}`);
  },
};
