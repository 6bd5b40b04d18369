import type { Checkpoint } from '../../../src/training/checkpoint/checkpoint.ts';

/** A small checkpoint at a step, without a real training. */
export function checkpointAt(step: number, finished = false): Checkpoint {
  return {
    ...{
      epoch: 1,
      batch: step,
      step,
      finished,
      generator: [1, 2, 3, 4],
      schedule: [],
      best: null,
      bestParameters: null,
    },
    sums: { loss: 1, weight: 1, learningRate: 1, ms: 1 },
    earlyStopping: { best: null, mark: null, epochsWithout: 0, bestLoss: null, byLoss: false },
    values: Float32Array.of(step),
  };
}
