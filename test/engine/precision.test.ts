import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../src/engine/kernels/reference/bfloat16.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import type { Trainer, TrainerOptions } from '../../src/engine/network/trainer.ts';
import { BACKENDS } from './backends.ts';
import { GOLDEN_FILES, readGoldenRun } from './goldenRun.ts';
import { goldenLosses, goldenTrainer } from './goldenTrainer.ts';
import { allRows, HIDDEN, ROWS, sampleTrainer } from './sampleTraining.ts';

/**
 * Rounding to bfloat16 moves a number by 0.2 % of itself on average. Of the greatest loss of a run, the losses of its 10 to 25 steps move
 * by less than 0.8 %, but for RMSprop and a gradient whose norm is clipped, which divide by it: by 3.5 % at most.
 */
const DISTANCE_FROM_FLOAT64 = 0.04;
/** Another order of the sums moves a number across the boundary between two of bfloat16 now and then. */
const DISTANCE_BETWEEN_PLAYERS = 2e-3;

describe.each(BACKENDS)('a training in bfloat16 with the $name player', ({ createKernels }) => {
  const trainerOf = (options: Partial<TrainerOptions>): Trainer =>
    sampleTrainer(HIDDEN, { type: 'mse' }, { createKernels, ...options });

  it.each(GOLDEN_FILES)(
    "stays near PyTorch's losses in float64, and nearer to the reference's in bfloat16: %s",
    (file) => {
      const run = readGoldenRun(file);
      const losses = goldenLosses(goldenTrainer(run, { createKernels, precision: 'bfloat16' }), run);
      const trainer = goldenTrainer(run, { createKernels: createReferenceKernels, precision: 'bfloat16' });
      const greatest = Math.max(...run.losses.map(Math.abs));
      expect(farthest(losses, run.losses)).toBeLessThan(DISTANCE_FROM_FLOAT64 * greatest);
      expect(farthest(losses, goldenLosses(trainer, run))).toBeLessThan(DISTANCE_BETWEEN_PLAYERS * greatest);
    },
  );

  it('rounds what its products take in, and keeps the parameters as precise as the player', () => {
    const trainers = [trainerOf({ precision: 'bfloat16' }), trainerOf({ precision: 'float32' })];
    const [rounded, precise] = trainers.map((trainer) => trainer.trainStep(0, ROWS, 0.01).sum);
    expect(rounded).not.toBe(precise);
    expect(Math.abs(rounded / precise - 1)).toBeLessThan(0.02);
    const [{ values }] = trainers[0].readParameters();
    expect(values.some((value) => value !== toBfloat16(value))).toBe(true);
  });

  it('evaluates as it trains, and the model as it will predict', () => {
    const [bfloat16, float32] = (['bfloat16', 'float32'] as const).map((precision) => trainerOf({ precision }));
    expect(bfloat16.evaluate(allRows())).not.toEqual(float32.evaluate(allRows()));
    expect(bfloat16.evaluateModel(allRows())).toEqual(float32.evaluate(allRows()));
    expect(float32.evaluateModel(allRows())).toEqual(float32.evaluate(allRows()));
  });

  it('goes on from its state as if it had never stopped', () => {
    const [uninterrupted, stopped, resumed] = [1, 1, 2].map((seed) => trainerOf({ precision: 'bfloat16', seed }));
    steps(uninterrupted, 9);
    steps(stopped, 4);
    resumed.restoreState(stopped.state());
    steps(resumed, 5);
    expect(resumed.state()).toEqual(uninterrupted.state());
  });
});

function steps(trainer: Trainer, count: number): void {
  for (let step = 0; step < count; step++) trainer.trainStep(0, ROWS, 0.01);
}

function farthest(losses: readonly number[], expected: readonly number[]): number {
  return Math.max(...losses.map((loss, step) => Math.abs(loss - expected[step])));
}
