import { LOSSES, type LossSpec } from '../engine/losses/losses.ts';
import type { TrainingSettings } from './schemas/training.ts';

/**
 * The engine's loss for these settings. Class weights become part of the rows' weights. The result
 * is the same except with label smoothing: a row is weighted by its own class alone, while PyTorch
 * weights the share of each other class by that class.
 */
export function engineLoss({ loss, labelSmoothing }: Pick<TrainingSettings, 'loss' | 'labelSmoothing'>): LossSpec {
  const spec: LossSpec = typeof loss === 'string' ? { type: loss } : loss;
  const smoothed = { ...spec, labelSmoothing };
  return 'labelSmoothing' in LOSSES[spec.type].options ? smoothed : spec;
}

/**
 * Outputs of a network with this loss, for a target with this number of classes, 1 for a number.
 */
export function outputsFor(loss: LossSpec, classes: number): number {
  return LOSSES[loss.type].outputs(classes);
}
