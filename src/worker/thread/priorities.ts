import { getPriority, setPriority } from 'node:os';

/**
 * Training uses every core, and the API must still respond at once. So the worker process has a
 * higher niceness than the API. Its training threads have a higher niceness than the process, which
 * at times has the write lock of the database and must be able to release it.
 */
export const WORKER_NICENESS = 5;
export const THREAD_NICENESS = 10;

/**
 * Sets the niceness to at least this value. On Linux it applies to the calling thread and the
 * threads that it starts later, elsewhere to the process.
 */
export function setNiceness(niceness: number): void {
  // Only root may lower the niceness.
  setPriority(Math.max(niceness, getPriority()));
}
