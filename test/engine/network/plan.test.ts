import { describe, expect, it } from 'vitest';
import { NONE } from '../../../src/engine/kernels/kernels.ts';
import { planNetwork, type TrainingSizes } from '../../../src/engine/network/plan.ts';
import { completeLayers } from '../../../src/engine/network/spec.ts';

const INPUTS = 3;
const ROWS = 8;
const LAYERS = completeLayers({
  inputs: INPUTS,
  layers: [
    { units: 5, activation: 'relu', normalization: 'batch', dropout: 0.5 },
    { units: 4, activation: 'relu', normalization: 'layer' },
    { units: 2, activation: 'linear' },
  ],
});
const TRAINING: TrainingSizes = {
  datasetRows: 30,
  targetColumns: 2,
  weighted: true,
  classWeights: 2,
  optimizerMatrices: 2,
  storesActivationGradients: true,
};

type Stretch = readonly [name: string, offset: number, count: number];

function stretchesOf(training: TrainingSizes): readonly Stretch[] {
  const plan = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, training);
  const rows = (name: string, { X, T, rowWeights }: typeof plan.dataset, count: number): Stretch[] => [
    [`${name} X`, X, count * INPUTS],
    [`${name} T`, T, count * training.targetColumns],
    [`${name} weights`, rowWeights, count],
  ];
  const layers = plan.layers.flatMap(({ k, n, normalization, ...at }, index): Stretch[] => {
    const statistics = normalization?.statistics(n, ROWS) ?? 0;
    const lengths: Record<string, number> = { W: k * n, dW: k * n, mean: statistics, inverseDeviation: statistics };
    for (const name of ['b', 'gamma', 'beta', 'runningMean', 'runningVariance', 'db', 'dgamma', 'dbeta'])
      lengths[name] = n;
    for (const name of ['Z', 'Y', 'A', 'D', 'dA', 'dZ']) lengths[name] = n * ROWS;
    const offsets = Object.entries(at).filter(([name, offset]) => name in lengths && offset !== NONE);
    return offsets.map(([name, offset]) => [`${name}${index + 1}`, Number(offset), lengths[name]]);
  });
  return [
    ...layers,
    ...rows('batch', plan.batch, ROWS),
    ...rows('held', plan.dataset, training.datasetRows),
    ['optimizer', plan.optimizerState.offset, plan.optimizerState.count],
    ['class weights', plan.classWeights, training.classWeights],
  ];
}

describe('the plan of the arena', () => {
  it('gives every matrix numbers of its own, on a cache line', () => {
    /** Without normalization Y is Z, without dropout D is A. */
    const aliases = new Set(['Y3', 'D2', 'D3']);
    const stretches = stretchesOf(TRAINING)
      .filter(([name, , count]) => !aliases.has(name) && count > 0)
      .toSorted((a, b) => a[1] - b[1]);
    stretches.forEach(([name, offset], index) => {
      const [before, start, count] = stretches[index - 1] ?? ['the start', 0, 0];
      expect(offset, `${name} after ${before}`).toBeGreaterThanOrEqual(start + count);
      expect(offset % 16, name).toBe(0);
    });
    const { size } = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, TRAINING);
    const [, last, count] = stretches[stretches.length - 1];
    expect(last + count).toBeLessThanOrEqual(size.numbers);
    expect(size.indices).toBe(30 + ROWS);
  });

  it('puts each gradient where its parameter is, one stretch further', () => {
    const { layers, parameters, gradients } = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, TRAINING);
    expect(gradients.count).toBe(parameters.count);
    for (const { W, b, gamma, dW, db, dgamma } of layers) {
      expect([dW - W, db - b]).toEqual([gradients.offset, gradients.offset]);
      if (gamma !== NONE) expect(dgamma - gamma).toBe(gradients.offset);
    }
  });

  it('takes two buffers in turn for the way back when nobody looks at it', () => {
    const { layers } = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, { ...TRAINING, storesActivationGradients: false });
    expect(layers.map(({ dA, dZ }) => dA === dZ)).toEqual([true, true, true]);
    expect(layers[0].dA).toBe(layers[2].dA);
    expect(layers[1].dA).toBe(layers[0].dA + 5 * ROWS + (16 - ((5 * ROWS) % 16)));
  });

  it('keeps nothing for training where only predictions are wanted', () => {
    const predicting = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, null);
    const training = planNetwork({ inputs: INPUTS }, LAYERS, ROWS, TRAINING);
    expect(predicting.learned).toEqual(training.learned);
    expect(predicting.persistent).toEqual(predicting.learned);
    expect(predicting.gradients.count).toBe(0);
  });

  it('refuses passes of no rows', () => {
    expect(() => planNetwork({ inputs: INPUTS }, LAYERS, 0, null)).toThrow(RangeError);
  });
});
