import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../src/engine/kernels/reference/bfloat16.ts';
import { createReferenceKernels } from '../../src/engine/kernels/reference/reference.ts';
import type { Trainer, TrainerOptions } from '../../src/engine/network/trainer.ts';
import { BACKENDS } from './backends.ts';
import { GOLDEN_FILES, readGoldenRun } from './goldenRun.ts';
import { goldenLosses, goldenTrainer } from './goldenTrainer.ts';
import { allRows, HIDDEN, ROWS, sampleTrainer } from './sampleTraining.ts';

/**
 * Rounding to bfloat16 changes a number by 0.2 % on average. The losses of the 10 to 25 steps of a
 * run differ by less than 0.8 % of its largest loss. The exceptions are RMSprop and a clipped
 * gradient, which divide by the norm of the gradient: by 3.5 % at most.
 */
const DISTANCE_FROM_FLOAT64 = 0.04;
/**
 * Another order of the sums can move a number across the boundary between two numbers of bfloat16.
 */
const DISTANCE_BETWEEN_BACKENDS = 2e-3;

describe.each(BACKENDS)('a training in bfloat16 with the $name backend', ({ createKernels }) => {
  const trainerOf = (options: Partial<TrainerOptions>): Trainer =>
    sampleTrainer(HIDDEN, { type: 'mse' }, { createKernels, ...options });

  it.each(GOLDEN_FILES)(
    "has losses close to PyTorch's in float64, and closer to the reference's in bfloat16: %s",
    (file) => {
      const run = readGoldenRun(file);
      const losses = goldenLosses(goldenTrainer(run, { createKernels, precision: 'bfloat16' }), run);
      const trainer = goldenTrainer(run, { createKernels: createReferenceKernels, precision: 'bfloat16' });
      const max = Math.max(...run.losses.map(Math.abs));
      expect(farthest(losses, run.losses)).toBeLessThan(DISTANCE_FROM_FLOAT64 * max);
      expect(farthest(losses, goldenLosses(trainer, run))).toBeLessThan(DISTANCE_BETWEEN_BACKENDS * max);
    },
  );

  it('rounds the inputs of its products, but not the parameters', () => {
    const trainers = [trainerOf({ precision: 'bfloat16' }), trainerOf({ precision: 'float32' })];
    const [rounded, precise] = trainers.map((trainer) => trainer.trainStep(0, ROWS, 0.01).sum);
    expect(rounded).not.toBe(precise);
    expect(Math.abs(rounded / precise - 1)).toBeLessThan(0.02);
    const [{ values }] = trainers[0].readParameters();
    expect(values.some((value) => value !== toBfloat16(value))).toBe(true);
  });

  it('evaluates in bfloat16, and the model in float32 as it will predict', () => {
    const [bfloat16, float32] = (['bfloat16', 'float32'] as const).map((precision) => trainerOf({ precision }));
    expect(bfloat16.evaluate(allRows())).not.toEqual(float32.evaluate(allRows()));
    expect(bfloat16.evaluateModel(allRows())).toEqual(float32.evaluate(allRows()));
    expect(float32.evaluateModel(allRows())).toEqual(float32.evaluate(allRows()));
  });

  it('resumes from its state as if it had never stopped', () => {
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
