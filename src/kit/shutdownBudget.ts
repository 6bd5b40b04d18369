/**
 * How the shutdown time of a service is divided: inner parts stop before the outer ones that wait
 * for them.
 */
export interface ShutdownBudget {
  /** Time for a training to write its checkpoint before its thread is terminated. */
  readonly threadMs: number;
  /** Time for a worker process before it is killed. */
  readonly workerMs: number;
  /** Time for open requests before they are aborted. */
  readonly requestsMs: number;
  /**
   * Time for uploads that are being read, from the start of the shutdown, before they are aborted.
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

/** The default: containers usually get 10 to 30 seconds. */
export const DEFAULT_SHUTDOWN_BUDGET = shutdownBudget(15);
