import type { LossSpec } from '../engine/losses/losses.ts';
import type { TrainingSettings } from './schemas/training.ts';

/**
 * The engine's loss for these settings. Class weights go into the weights of the rows, which comes to the same, but for smoothing: a row counts
 * by its own class alone, where PyTorch weighs what is spread over each other class by that one's weight.
 */
export function engineLoss({ loss, labelSmoothing }: Pick<TrainingSettings, 'loss' | 'labelSmoothing'>): LossSpec {
  const spec: LossSpec = typeof loss === 'string' ? { type: loss } : loss;
  return spec.type === 'crossEntropy' || spec.type === 'binaryCrossEntropy' ? { ...spec, labelSmoothing } : spec;
}

/** How many outputs a target needs: one number, one probability of the second class, or one of each class. */
export function outputsFor(loss: LossSpec, classes: number): number {
  return loss.type === 'crossEntropy' ? classes : 1;
}
