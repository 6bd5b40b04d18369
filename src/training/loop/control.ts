/** How a run can be asked to end: leaving nothing, leaving a checkpoint to go on from, or making its model of what there is. */
export const ENDINGS = ['cancel', 'pause', 'stop'] as const;
export type Ending = (typeof ENDINGS)[number];

/** Asked and told at every step, so all must be cheap: memory that threads share. */
export interface RunControl {
  /** How the run shall end before its next step; null: it shall go on. */
  ending(): Ending | null;
  /** Whether a checkpoint is wanted; asking takes the wish away. */
  takeCheckpointWish(): boolean;
  /** How many threads may play now; it may change at any time. */
  threads(): number;
  /** Steps since the run began. */
  setStep(step: number): void;
}
