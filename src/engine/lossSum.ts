/** The loss of some rows: the weighted sum of theirs, and what they weigh together. Sums of parts add up. */
export interface LossSum {
  readonly sum: number;
  readonly weight: number;
}
