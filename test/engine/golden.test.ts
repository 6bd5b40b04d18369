import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../src/engine/memory/parameters.ts';
import type { Trainer } from '../../src/engine/network/trainer.ts';
import { BACKENDS } from './backends.ts';
import { GOLDEN_FILES, type GoldenRun, readGoldenRun } from './goldenRun.ts';
import { goldenLosses, goldenTrainer } from './goldenTrainer.ts';

/** The runs that compare a moving average as well. */
const AVERAGED = GOLDEN_FILES.filter((file) => readGoldenRun(file).averaged !== undefined);

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

    it.each(AVERAGED)('the moving average of %s', (file) => {
      const run = readGoldenRun(file);
      const trainer = goldenTrainer(run, { createKernels, averaging: run.averaging ?? null });
      const losses: number[] = [];
      for (const { steps, parameters, forward } of run.averaged ?? []) {
        losses.push(...goldenLosses(trainer, run, steps - losses.length));
        expectSameParameters(`average of ${steps} steps`, trainer.readParameters(), parameters, () => tolerance);
        const outputs = trainer.outputsFor(Float64Array.from(run.X.flat()));
        expectClose(`outputs of the average of ${steps} steps`, outputs, forward.flat(), tolerance);
      }
      expectClose('losses', losses, run.losses.slice(0, losses.length), tolerance);
    });
  },
);

/**
 * Batch normalization cancels a constant that is added to all examples before it: the bias, and
 * through a linear layer the beta of the previous normalization. Their gradients are 0 except for
 * rounding errors, so an optimizer that divides by the magnitude of the gradient moves them at
 * random. The training is not affected. The running mean and the predictions outside training
 * follow late.
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
  const max = Math.max(...Object.values(expected).flat(2).map(Math.abs));
  for (const parameter of actual) {
    const key = `${parameter.name}${parameter.layer}`;
    expectClose(`${what} ${key}`, parameter.values, expected[key].flat(), toleranceOf(parameter), max);
  }
}

/** Compares number by number. Errors are relative to the largest number of the same kind. */
function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  max = Math.max(...expected.map(Math.abs)) || 1,
): void {
  expect(actual.length, what).toBe(expected.length);
  const errors = expected.map((value, e) => Math.abs(actual[e] - value) / max);
  expect(Math.max(...errors), `${what}: the largest relative error`).toBeLessThanOrEqual(tolerance);
}
