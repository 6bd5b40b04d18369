import { constants } from 'node:os';

/**
 * A terminal and a wrapper such as npm may both send the signal for one keystroke, at the same
 * moment.
 */
const ONE_SIGNAL_MS = 500;
/** Shells add this to a signal's number for the exit code of a process that it ended. */
const SIGNALLED = 128;

/**
 * Calls `onFirst` at the first SIGINT or SIGTERM, and exits at the second, with 130 or 143 as
 * shells do.
 */
export function onStopSignals(
  onFirst: (signal: NodeJS.Signals) => void,
  onSecond: (signal: NodeJS.Signals) => void,
): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        onFirst(signal);
      } else if (performance.now() - firstAt > ONE_SIGNAL_MS) {
        onSecond(signal);
        process.exit(SIGNALLED + constants.signals[signal]);
      }
    });
  }
}
