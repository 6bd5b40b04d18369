import { setImmediate } from 'node:timers/promises';

/** Of this process, as it has one event loop. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that is the caller's alone: of all who wait, one goes on a
 * turn, in the order in which they came. So many at once hold everybody else up for no longer than
 * one does.
 */
export function yieldToEventLoop(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
