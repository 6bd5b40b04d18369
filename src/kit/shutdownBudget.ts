/**
 * How the time that a service has to stop is shared: what is inside ends before what waits for it.
 */
export interface ShutdownBudget {
  /** A training has so long to write its checkpoint before its thread is ended. */
  readonly threadMs: number;
  /** A worker process has so long before it is killed. */
  readonly workerMs: number;
  /** Open requests have so long before they are cut off. */
  readonly requestsMs: number;
  /**
   * Uploads that are being read have so long, from the beginning of the stop, before they are given
   * up.
   */
  readonly readingMs: number;
  readonly totalMs: number;
}

export function shutdownBudget(seconds: number): ShutdownBudget {
  const totalMs = seconds * 1000;
  return {
    threadMs: 0.55 * totalMs,
    workerMs: 0.8 * totalMs,
    requestsMs: 0.8 * totalMs,
    readingMs: 0.9 * totalMs,
    totalMs,
  };
}

/** Where nothing else is configured: containers are given 10 to 30 seconds, as a rule. */
export const DEFAULT_SHUTDOWN_BUDGET = shutdownBudget(15);
