import { setImmediate } from 'node:timers/promises';

/** Of this process, which has one event loop. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop for this caller alone: one caller resumes in each turn, in
 * the order of their calls. Many callers therefore block the loop for no longer than one does.
 */
export function yieldToEventLoop(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
