import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parameter, ParameterName } from '../../src/engine/parameters.ts';
import type { NetworkSpec } from '../../src/engine/spec.ts';
import { createTrainer, type Trainer } from '../../src/engine/trainer.ts';
import { type GoldenRun, readGoldenRun } from './goldenRun.ts';
import { PLAYERS } from './players.ts';

/** A folder of such runs, relative to where the test is run. */
const folder = path.resolve(process.env.GOLDEN_DIR ?? path.join(import.meta.dirname, '../golden'));
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
if (files.length === 0) throw new Error(`no golden runs in ${folder}`);

describe.each(PLAYERS)('the $name player gives what PyTorch gave', ({ createKernels, tolerance, driftTolerance }) => {
  it.each(files)('%s', (file) => {
    const run = readGoldenRun(path.join(folder, file));
    const m = run.X.length;
    const trainer = createTrainer(networkOf(run), {
      createKernels,
      batchSize: m,
      heldRows: m,
      loss: run.loss,
      optimizer: run.optimizer,
      weighted: run.rowWeights !== undefined,
      clipGradientNorm: run.clipGradientNorm,
      l1: run.l1 ?? 0,
      l2: run.l2 ?? 0,
      seed: 1,
    });
    trainer.writeParameters(parametersOf(run.initial));
    trainer.hold(0, { X: run.X.flat(), T: run.T.flat(), rowWeights: run.rowWeights ?? null });
    trainer.order(
      Int32Array.from(run.X, (_row, i) => i),
      false,
    );

    const start = trainer.state();
    trainer.computeGradients(0, m);
    expectClose('forward', lastOutputs(trainer, m), run.forward.flat(), tolerance);
    expectSameParameters('gradient', trainer.readGradients(), run.gradients, () => tolerance);
    trainer.restoreState(start);

    const losses = Array.from({ length: run.steps }, () => {
      const { sum, weight } = trainer.trainStep(0, m, trainer.learningRate);
      return sum / weight;
    });
    expectClose('losses', losses, run.losses, tolerance);
    const drifting = driftingParameters(run);
    expectSameParameters('final', trainer.readParameters(), { ...run.final, ...run.running }, ({ name }) =>
      drifting.includes(name) ? driftTolerance : tolerance,
    );
    const finalForward = trainer.outputsFor(Float64Array.from(run.X.flat()));
    const finalTolerance = drifting.includes('beta') ? driftTolerance : tolerance;
    expectClose('finalForward', finalForward, run.finalForward.flat(), finalTolerance);
  });
});

/**
 * Batch normalization cancels what is added to every example before it: the bias, and through a linear layer the beta before that.
 * Their gradients are 0 but for rounding errors, on which an optimizer that divides by the gradient's own size walks away. The
 * training does not see it; the running mean and so the answers outside training follow late.
 */
function driftingParameters({ normalization, activations }: GoldenRun): readonly ParameterName[] {
  if (normalization !== 'batch') return [];
  const linearBetweenNormalizations = activations.slice(0, -2).includes('linear');
  return linearBetweenNormalizations ? ['b', 'mean', 'beta'] : ['b', 'mean'];
}

function networkOf({ units, activations, normalization }: GoldenRun): NetworkSpec {
  const last = activations.length - 1;
  return {
    inputs: units[0],
    layers: activations.map((activation, index) => ({
      units: units[index + 1],
      activation,
      normalization: index === last ? null : normalization,
    })),
  };
}

function lastOutputs(trainer: Trainer, m: number): readonly number[] {
  const layers = trainer.readPass(m);
  const { A } = layers[layers.length - 1];
  return Array.from({ length: m }, (_row, i) =>
    Array.from({ length: trainer.outputs }, (_output, j) => A.values[j * m + i]),
  ).flat();
}

function parametersOf(record: GoldenRun['initial']): readonly Parameter[] {
  return Object.entries(record).map(([key, rows]) => {
    const [, name, layer] = key.match(/^([A-Za-z]+)(\d+)$/) ?? [];
    const values = Float64Array.from(rows.flat());
    return {
      name: name as ParameterName,
      layer: Number(layer),
      shape: [rows.length, values.length / rows.length],
      values,
    };
  });
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
