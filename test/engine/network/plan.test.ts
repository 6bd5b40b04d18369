import { describe, expect, it } from 'vitest';
import { NONE } from '../../../src/engine/kernels/kernels.ts';
import { type Plan, planNetwork, type TrainingSizes } from '../../../src/engine/network/plan.ts';
import type { NetworkSpec } from '../../../src/engine/network/spec.ts';

const INPUTS = 3;
const ROWS = 8;
const SPEC: NetworkSpec = {
  inputs: INPUTS,
  layers: [
    { units: 5, activation: 'relu', normalization: 'batch', dropout: 0.5 },
    { units: 4, activation: 'relu', normalization: 'layer' },
    { units: 2, activation: 'linear' },
  ],
};
const TRAINING: TrainingSizes = {
  datasetRows: 30,
  targetColumns: 2,
  weighted: true,
  classWeights: 2,
  optimizerMatrices: 2,
  optimizerScratch: 0,
  averages: true,
  storesActivationGradients: true,
};

type Region = readonly [name: string, offset: number, count: number];

function regionsOf(plan: Plan): readonly Region[] {
  const rows = (name: string, { X, T, rowWeights }: Plan['dataset'], count: number): Region[] => [
    [`${name} X`, X, count * INPUTS],
    [`${name} T`, T, count * plan.targetColumns],
    [`${name} weights`, rowWeights, count],
  ];
  return [
    ...plan.parameters.flatMap(({ name, layer, offset, gradient, count }): Region[] => [
      [`${name}${layer}`, offset, count],
      [`d${name}${layer}`, gradient, count],
    ]),
    ...plan.chain.flatMap(({ layer, output, outputGradient, outputs }, index): Region[] => [
      [`output of link ${index} (layer ${layer})`, output, outputs * ROWS],
      [`its gradient`, outputGradient, outputs * ROWS],
    ]),
    ...rows('batch', plan.batch, ROWS),
    ...rows('dataset', plan.dataset, plan.dataset.rows),
    ...plan.optimizerMatrices.map(
      ({ offset, skipped }, matrix): Region => [`optimizer ${matrix}`, offset, plan.learned.count - skipped],
    ),
    ['average', plan.average, plan.model.count],
    ['class weights', plan.classWeights, 2],
  ];
}

describe('the plan of the arena', () => {
  it('gives every matrix a region of its own, on a cache line', () => {
    const plan = planNetwork(SPEC, ROWS, TRAINING);
    const regions = regionsOf(plan)
      .filter(([, offset, count]) => offset !== NONE && count > 0)
      .toSorted((a, b) => a[1] - b[1]);
    // Gradients through normalization and dropout are computed in place.
    const own = regions.filter(([, offset], index) => offset !== regions[index - 1]?.[1]);
    expect(regions.length - own.length).toBe(3);
    own.forEach(([name, offset], index) => {
      const [before, start, count] = own[index - 1] ?? ['the start', 0, 0];
      expect(offset, `${name} after ${before}`).toBeGreaterThanOrEqual(start + count);
      expect(offset % 16, name).toBe(0);
    });
    const [, last, count] = own[own.length - 1];
    expect(last + count).toBeLessThanOrEqual(plan.size.numbers);
    expect(plan.size.indices).toBe(30 + ROWS);
  });

  it('lets an activation overwrite its input where the gradient follows from the output', () => {
    const { chain } = planNetwork(SPEC, ROWS, { ...TRAINING, storesActivationGradients: false });
    const outputs = chain.map(({ layer, output }) => [layer, output] as const);
    const [Z, Y, A, D] = outputs.filter(([layer]) => layer === 1).map(([, output]) => output);
    expect(A).toBe(Y);
    expect(new Set([Z, Y, D]).size).toBe(3);
  });

  it('gives a state matrix of the optimizer no numbers for the hidden W if it has none', () => {
    const hidden = { ...TRAINING, hiddenMatrices: 1 };
    const [all, less] = [TRAINING, hidden].map((training) => planNetwork(SPEC, ROWS, training));
    // W1 (5, 3) and W2 (4, 5), each on a cache line of its own.
    expect(less.optimizerMatrices.map(({ skipped }) => skipped)).toEqual([0, 16 + 32]);
    expect(all.persistent.count - less.persistent.count).toBe(16 + 32);
    expect(less.average - less.optimizerMatrices[1].offset).toBe(less.learned.count - 48);
    expect(planNetwork({ ...SPEC, layers: SPEC.layers.slice(2) }, ROWS, hidden).optimizerMatrices[1].skipped).toBe(0);
  });

  it('gives each gradient the place of its parameter, one region further', () => {
    const { parameters, learned, gradients } = planNetwork(SPEC, ROWS, TRAINING);
    expect(gradients.count).toBe(learned.count);
    for (const { kind, offset, gradient } of parameters) {
      expect(gradient).toBe(kind === 'statistic' ? NONE : offset + gradients.offset);
    }
  });

  it('alternates two buffers for the gradients when they are not read afterwards', () => {
    const { chain } = planNetwork(SPEC, ROWS, { ...TRAINING, storesActivationGradients: false });
    const gradients = [1, 2, 3].map((l) => new Set(chain.filter((x) => x.layer === l).map((x) => x.outputGradient)));
    const [first, second, third] = gradients.map(([offset]) => offset);
    expect(gradients.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(first).toBe(third);
    expect(Math.abs(second - first)).toBe(5 * ROWS + (16 - ((5 * ROWS) % 16)));
  });

  it('stores nothing for training in a network that only predicts', () => {
    const predicting = planNetwork(SPEC, ROWS, null);
    const training = planNetwork(SPEC, ROWS, TRAINING);
    expect(predicting.model).toEqual(training.model);
    expect(predicting.persistent).toEqual(predicting.model);
    expect(predicting.gradients.count).toBe(0);
    expect(predicting.parameters.map(({ gradient }) => gradient)).toEqual(predicting.parameters.map(() => NONE));
  });

  it('joins each product with the activations beside it', () => {
    const { chain, forward, backward } = planNetwork(
      {
        inputs: INPUTS,
        layers: [
          { units: 5, activation: 'relu' },
          { units: 5, activation: 'tanh', dropout: 0.5 },
          { units: 4, activation: 'gelu', normalization: 'layer' },
          { units: 2, activation: 'linear' },
        ],
      },
      ROWS,
      TRAINING,
    );
    // Dense and activation, four times; dropout and a normalization. Linear has a matrix of its own
    // to be stored.
    expect(chain.length).toBe(10);
    // Not where a normalization is between them.
    expect(forward.length).toBe(10 - 3);
    // Not where dropout is between them, nor the last activation.
    expect(backward.length).toBe(10 - 2);
  });

  it('rejects passes of no rows', () => {
    expect(() => planNetwork(SPEC, 0, null)).toThrow('Expected a pass of at least 1 row, got 0.');
  });
});
