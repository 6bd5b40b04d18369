import type { Monitor } from './monitors.ts';

/** What a search can look at after an epoch: of the best epoch so far, as the model would have it. */
export type Watched = Monitor | 'trainingLoss';

/** Where a training pauses of itself, so that a search can look at it. */
export interface Halt {
  readonly metric: Watched;
  readonly goal: 'minimize' | 'maximize';
  /** After this epoch, whatever has come of it; null: not of itself. */
  readonly until: number | null;
  /** After those epochs where the metric of the best epoch so far is worse than `worst`, or is none; the earliest first. */
  readonly limits: readonly { readonly epoch: number; readonly worst: number }[];
}
