/**
 * How a run can be requested to stop: discarding it, with a checkpoint to resume from, or with a
 * model of its current state.
 */
export const STOP_REQUESTS = ['cancel', 'pause', 'stop'] as const;
export type StopRequest = (typeof STOP_REQUESTS)[number];

/** Used at every step, so every function must be cheap: they use memory shared by threads. */
export interface RunControl {
  /** How the run should stop before its next step; null: it should continue. */
  stopRequest(): StopRequest | null;
  /** Whether a checkpoint is requested; reading it clears the request. */
  consumeCheckpointRequest(): boolean;
  /** How many threads it may use now; may change at any time. */
  threads(): number;
  /** Steps since the run began. */
  setStep(step: number): void;
}
