import { onStopSignals } from './stopSignals.ts';

/** Aborted by the first Ctrl-C (SIGINT) or SIGTERM; the second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  onStopSignals(
    () => controller.abort(),
    () => {},
  );
  return controller.signal;
}
