/**
 * How a run can be asked to end: leaving nothing, leaving a checkpoint to go on from, or making its
 * model of what there is.
 */
export const STOP_REQUESTS = ['cancel', 'pause', 'stop'] as const;
export type StopRequest = (typeof STOP_REQUESTS)[number];

/** Asked and told at every step, so all must be cheap: memory that threads share. */
export interface RunControl {
  /** How the run shall end before its next step; null: it shall go on. */
  stopRequest(): StopRequest | null;
  /** Whether a checkpoint is wanted; asking takes the wish away. */
  consumeCheckpointRequest(): boolean;
  /** How many threads may play now; it may change at any time. */
  threads(): number;
  /** Steps since the run began. */
  setStep(step: number): void;
}
