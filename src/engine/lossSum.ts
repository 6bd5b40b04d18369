/**
 * The loss of some rows: the weighted sum of their losses, and the sum of their weights. Parts add
 * up.
 */
export interface LossSum {
  readonly sum: number;
  readonly weight: number;
}
