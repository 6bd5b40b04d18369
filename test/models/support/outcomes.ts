import type { Parameter } from '../../../src/engine/memory/parameters.ts';
import type { Outcome } from '../../../src/training/outcome.ts';
import { SPLIT } from '../../support/split.ts';

const METRICS = {
  loss: 0.3,
  accuracy: 0.9,
  precision: 0.9,
  recall: 0.9,
  f1: 0.9,
  rocAuc: null,
  confusionMatrix: [[1]],
};

export interface Labels {
  readonly classes?: readonly string[];
  readonly number?: string;
  readonly category?: string;
}

/**
 * A 3-2-1 network for two classes. Its inputs are a number, (x - 40) / 10, and two categories;
 * unknown ones have no input.
 */
export function binaryOutcome({ classes = ['no', 'yes'], number = 'age', category = 'work' }: Labels = {}): Outcome {
  return {
    features: {
      version: 1,
      columns: [
        {
          kind: 'numeric',
          column: number,
          scaling: { type: 'standard', mean: 40, deviation: 10 },
          edges: [],
          fill: 38,
          missing: false,
          range: [17, 90],
        },
        {
          kind: 'categorical',
          column: category,
          categories: ['Private', 'State'],
          frequencies: [0.75, 0.25],
          otherCategories: 0,
          missing: false,
        },
      ],
    },
    target: { kind: 'classes', column: 'income', classes: [...classes] },
    embedding: null,
    layers: [
      { units: 2, activation: 'relu', initializer: 'he', normalization: null, dropout: 0.1 },
      { units: 1, activation: 'linear', initializer: 'xavier', normalization: null, dropout: 0 },
    ],
    loss: { type: 'binaryCrossEntropy' },
    parameters: [
      matrix(1, 'W', [2, 3], [0.5, -1.25, 0.3, 1.5, 0.75, -0.1]),
      matrix(1, 'b', [2, 1], [0.1, -0.2]),
      matrix(2, 'W', [1, 2], [1.75, -0.6]),
      matrix(2, 'b', [1, 1], [0.05]),
    ],
    metrics: { training: METRICS, validation: METRICS, test: null },
    split: SPLIT,
    best: { epoch: 7, validationLoss: 0.31 },
    epochs: 10,
    warnings: [{ code: 'identifier_left_out', column: 'id', message: 'Left out.' }],
  };
}

/** A network without hidden layers: value = 100 + 20 (0.5 x + 0.25). */
export function regressionOutcome(): Outcome {
  const { features, ...outcome } = binaryOutcome();
  return {
    ...outcome,
    features: {
      version: 1,
      columns: [
        {
          kind: 'numeric',
          column: 'x',
          scaling: { type: 'range', origin: 0, span: 1 },
          edges: [],
          fill: 0,
          missing: false,
          range: [0, 1],
        },
      ],
    },
    target: { kind: 'number', column: 'price', mean: 100, deviation: 20 },
    layers: [{ units: 1, activation: 'linear', initializer: 'xavier', normalization: null, dropout: 0 }],
    loss: { type: 'mse' },
    parameters: [matrix(1, 'W', [1, 1], [0.5]), matrix(1, 'b', [1, 1], [0.25])],
  };
}

export function matrix(
  layer: number,
  name: Parameter['name'],
  shape: readonly [number, number],
  values: number[],
): Parameter {
  return { layer, name, shape, values: Float32Array.from(values) };
}

/** The forward pass of `binaryOutcome` by hand: the probability of the second class. */
export function probabilityOf(age: number | null, work: string | null): number {
  const x = [((age ?? 38) - 40) / 10, ...(work === 'Private' ? [1, 0] : work === 'State' ? [0, 1] : [0.75, 0.25])];
  const round = Math.fround;
  const [x0 = 0, x1 = 0, x2 = 0] = x;
  const z = [
    0.5 * x0 - 1.25 * x1 + round(0.3) * x2 + round(0.1),
    1.5 * x0 + 0.75 * x1 - round(0.1) * x2 - round(0.2),
  ].map((value) => Math.max(0, value));
  const logit = 1.75 * (z[0] ?? 0) - round(0.6) * (z[1] ?? 0) + round(0.05);
  return 1 / (1 + Math.exp(-logit));
}
