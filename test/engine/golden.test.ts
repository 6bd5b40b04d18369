import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../src/engine/memory/parameters.ts';
import type { Trainer } from '../../src/engine/network/trainer.ts';
import { BACKENDS } from './backends.ts';
import { GOLDEN_FILES, type GoldenRun, readGoldenRun } from './goldenRun.ts';
import { goldenLosses, goldenTrainer } from './goldenTrainer.ts';

describe.each(BACKENDS)(
  'the $name backend computes what PyTorch computed',
  ({ createKernels, tolerance, driftTolerance }) => {
    it.each(GOLDEN_FILES)('%s', (file) => {
      const run = readGoldenRun(file);
      const m = run.X.length;
      const trainer = goldenTrainer(run, { createKernels });

      const start = trainer.state();
      trainer.computeGradients(0, m);
      expectClose('forward', lastOutputs(trainer, m), run.forward.flat(), tolerance);
      expectSameParameters('gradient', trainer.readGradients(), run.gradients, () => tolerance);
      trainer.restoreState(start);

      expectClose('losses', goldenLosses(trainer, run), run.losses, tolerance);
      const drifting = driftingParameters(run);
      expectSameParameters('final', trainer.readParameters(), { ...run.final, ...run.running }, ({ name }) =>
        drifting.includes(name) ? driftTolerance : tolerance,
      );
      const finalForward = trainer.outputsFor(Float64Array.from(run.X.flat()));
      const finalTolerance = drifting.includes('beta') ? driftTolerance : tolerance;
      expectClose('finalForward', finalForward, run.finalForward.flat(), finalTolerance);
    });
  },
);

/**
 * Batch normalization cancels what is added to every example before it: the bias, and through a linear layer the beta before that.
 * Their gradients are 0 but for rounding errors, on which an optimizer that divides by the gradient's own size walks away. The
 * training does not see it; the running mean and so the answers outside training follow late.
 */
function driftingParameters({ normalization, activations }: GoldenRun): readonly string[] {
  if (normalization !== 'batch') return [];
  const linearBetweenNormalizations = activations.slice(0, -2).includes('linear');
  return linearBetweenNormalizations ? ['b', 'mean', 'beta'] : ['b', 'mean'];
}

function lastOutputs(trainer: Trainer, m: number): readonly number[] {
  const layers = trainer.dumpActivations(m);
  const { A } = layers[layers.length - 1];
  return Array.from({ length: m }, (_row, i) =>
    Array.from({ length: trainer.outputs }, (_output, j) => A.values[j * m + i]),
  ).flat();
}

function expectSameParameters(
  what: string,
  actual: readonly Parameter[],
  expected: GoldenRun['initial'],
  toleranceOf: (parameter: Parameter) => number,
): void {
  const names = actual.map(({ name, layer }) => `${name}${layer}`);
  expect(names.toSorted()).toEqual(Object.keys(expected).toSorted());
  const greatest = Math.max(...Object.values(expected).flat(2).map(Math.abs));
  for (const parameter of actual) {
    const key = `${parameter.name}${parameter.layer}`;
    expectClose(`${what} ${key}`, parameter.values, expected[key].flat(), toleranceOf(parameter), greatest);
  }
}

/** Compares number by number; errors are relative to the greatest number of the same kind. */
function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  greatest = Math.max(...expected.map(Math.abs)) || 1,
): void {
  expect(actual.length, what).toBe(expected.length);
  const errors = expected.map((value, e) => Math.abs(actual[e] - value) / greatest);
  expect(Math.max(...errors), `${what}: the greatest relative error`).toBeLessThanOrEqual(tolerance);
}
