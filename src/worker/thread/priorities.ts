import { getPriority, setPriority } from 'node:os';

/**
 * Training takes every core, and the API must answer at once all the same. So the worker process is nicer than the API, and its threads, which
 * train, are nicer than the process, which holds the database's write lock now and then and must not be kept from letting it go.
 */
export const WORKER_NICENESS = 5;
export const THREAD_NICENESS = 10;

/** Makes the caller at least so nice. On Linux that is the calling thread and those that it starts later, elsewhere the process. */
export function setNiceness(niceness: number): void {
  // Only root may become less nice than it was started.
  setPriority(Math.max(niceness, getPriority()));
}
