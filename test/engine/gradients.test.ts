import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../src/engine/kernels/kernels.ts';
import type { LayerSpec } from '../../src/engine/layers/layerSpec.ts';
import type { LossSpec } from '../../src/engine/losses/losses.ts';
import type { Parameter } from '../../src/engine/memory/parameters.ts';
import type { Trainer, TrainerOptions } from '../../src/engine/network/trainer.ts';
import { EMBEDDINGS, HIDDEN, ROWS, sampleTrainer } from './sampleTraining.ts';

/**
 * The cube root of float64's precision: the step at which rounding and curvature disturb a central
 * difference least.
 */
const STEP = 6e-6;
/** The remaining error of a central difference at that step. */
const TOLERANCE = 1e-7;
/**
 * The tolerance when batch normalization follows a relu that is 0 in most rows, which multiplies
 * the curvature of the loss by hundreds.
 */
const TOLERANCE_OF_COMBINATIONS = 1e-4;

const LOSSES: readonly LossSpec[] = [
  { type: 'mse' },
  { type: 'mae' },
  { type: 'huber' },
  { type: 'huber', delta: 0.3 },
  { type: 'quantile' },
  { type: 'quantile', level: 0.9 },
  { type: 'poisson' },
  { type: 'binaryCrossEntropy' },
  { type: 'binaryCrossEntropy', labelSmoothing: 0.2 },
  { type: 'crossEntropy' },
  { type: 'crossEntropy', labelSmoothing: 0.2 },
  { type: 'crossEntropy', classWeights: [0.5, 1, 3] },
  { type: 'crossEntropy', classWeights: [0.5, 1, 3], labelSmoothing: 0.2 },
];

/** Random combinations of the settings that the tests below try one by one. */
/** Two units normalized with each other are nearly steps, whose slope differences do not show. */
const MIN_NORMALIZED_UNITS = 3;

const COMBINATIONS = fc.record({
  hidden: fc.array(
    fc
      .record({
        units: fc.integer({ min: 1, max: 6 }),
        activation: fc.constantFrom(...ACTIVATIONS),
        normalization: fc.constantFrom(null, 'batch', 'layer'),
        dropout: fc.constantFrom(0, 0.4),
      })
      .filter(({ units, normalization }) => normalization !== 'layer' || units >= MIN_NORMALIZED_UNITS),
    { maxLength: 3 },
  ),
  loss: fc.constantFrom(...LOSSES),
  embedding: fc.constantFrom(null, ...EMBEDDINGS),
  weighted: fc.boolean(),
  l1: fc.constantFrom(0, 0.1),
  l2: fc.constantFrom(0, 0.3),
});

describe('the gradients are the slopes of the loss', () => {
  it.each(LOSSES)('for the loss %o', (loss) => {
    expectSlopes(sampleTrainer(HIDDEN, loss));
  });

  it.each(LOSSES)('for the loss %o with row weights', (loss) => {
    expectSlopes(sampleTrainer(HIDDEN, loss, { weighted: true }));
  });

  describe.each(EMBEDDINGS)('for the embedding %o', (embedding) => {
    it('before hidden layers', () => {
      expectSlopes(sampleTrainer(HIDDEN, { type: 'mse' }, { embedding }));
    });

    it('before the output layer, with row weights', () => {
      expectSlopes(sampleTrainer([], { type: 'crossEntropy' }, { embedding, weighted: true }));
    });

    it.each(['batch', 'layer'] as const)('with dropout and normalization %s', (normalization) => {
      const hidden: LayerSpec[] = [{ units: 6, activation: 'tanh', normalization, dropout: 0.4 }];
      expectSlopes(sampleTrainer(hidden, { type: 'mse' }, { embedding }));
    });
  });

  describe.each(ACTIVATIONS)('for %s', (activation) => {
    it.each([null, 'batch', 'layer'] as const)('with normalization %s', (normalization) => {
      expectSlopesOfHidden({ activation, normalization });
    });

    it.each([null, 'batch', 'layer'] as const)('with dropout and normalization %s', (normalization) => {
      expectSlopesOfHidden({ activation, normalization, dropout: 0.4 });
    });
  });

  it('for random combinations', () => {
    const isCorrect = fc.property(COMBINATIONS, ({ hidden, loss, ...options }) => {
      expectSlopes(sampleTrainer(hidden, loss, options), options, TOLERANCE_OF_COMBINATIONS);
    });
    // A fixed seed: a difference across the kink of a relu is not its derivative.
    fc.assert(isCorrect, { seed: 3, numRuns: 150 });
  });

  it('for an output layer that has an activation and a normalization', () => {
    const layers: LayerSpec[] = [{ units: 3, activation: 'sigmoid', normalization: 'layer' }];
    expectSlopes(sampleTrainer(layers, { type: 'mse' }));
  });

  it('for a network without hidden layers', () => {
    expectSlopes(sampleTrainer([], { type: 'crossEntropy' }));
  });

  it.each([
    { l1: 0.1, l2: 0 },
    { l1: 0, l2: 0.3 },
    { l1: 0.1, l2: 0.3 },
  ])('for the penalties %o, which weights alone have', (penalties) => {
    const hidden: LayerSpec[] = [{ units: 5, activation: 'tanh', normalization: 'layer' }];
    expectSlopes(sampleTrainer(hidden, { type: 'mse' }, penalties), penalties);
  });
});

function expectSlopesOfHidden(rules: Omit<LayerSpec, 'units'>): void {
  const hidden = [
    { units: 6, ...rules },
    { units: 5, ...rules },
  ];
  expectSlopes(sampleTrainer(hidden, { type: 'mse' }));
}

/** Compares every gradient with the central difference of the loss and the penalties. */
function expectSlopes(
  trainer: Trainer,
  penalties: Pick<TrainerOptions, 'l1' | 'l2'> = {},
  tolerance: number = TOLERANCE,
): void {
  trainer.computeGradients(0, ROWS);
  const gradients = trainer.readGradients();
  const parameters = trainer.readParameters();
  for (const { layer, name, values } of gradients) {
    const parameter = parameters.find((other) => other.layer === layer && other.name === name);
    if (parameter === undefined) throw new Error(`no parameter ${name} of layer ${layer}`);
    const slopes = parameter.values.map((_value, e) => slope(trainer, parameter, e, penalties));
    const errors = slopes.map((expected, e) => Math.abs(values[e] - expected));
    expect(Math.max(...errors), `${name} of layer ${layer}`).toBeLessThan(tolerance);
  }
}

function slope(
  trainer: Trainer,
  parameter: Parameter,
  e: number,
  penalties: Pick<TrainerOptions, 'l1' | 'l2'>,
): number {
  const lossWith = (change: number): number => {
    const values = parameter.values.slice();
    values[e] += change;
    trainer.writeParameters([{ ...parameter, values }]);
    const { sum, weight } = trainer.computeGradients(0, ROWS);
    return sum / weight + penaltyOf(trainer, penalties);
  };
  const difference = (lossWith(STEP) - lossWith(-STEP)) / (2 * STEP);
  trainer.writeParameters([parameter]);
  return difference;
}

function penaltyOf(trainer: Trainer, { l1 = 0, l2 = 0 }: Pick<TrainerOptions, 'l1' | 'l2'>): number {
  const weights = trainer
    .readParameters()
    .filter(({ name }) => name === 'W')
    .flatMap(({ values }) => [...values]);
  return weights.reduce((sum, w) => sum + l1 * Math.abs(w) + (l2 / 2) * w * w, 0);
}
