import { describe, expect, it } from 'vitest';
import { createLoss, LOSSES } from '../../src/engine/losses/losses.ts';
import { createOptimizer, OPTIMIZERS } from '../../src/engine/optimizers/optimizers.ts';
import { HIDDEN, sampleTrainer } from './sampleTraining.ts';

describe('a table of definitions', () => {
  it('tells its defaults', () => {
    expect(OPTIMIZERS.adam.defaults).toMatchObject({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    expect(OPTIMIZERS.adamw.defaults.weightDecay).toBe(0.01);
    expect(LOSSES.huber.defaults).toEqual({ delta: 1 });
  });

  it('refuses an option that is not there', () => {
    expect(() => LOSSES.mse.create({ delta: 1 })).toThrow("unknown option 'delta'");
    expect(() => OPTIMIZERS.sgd.create({ beta1: 0.9 })).toThrow(TypeError);
  });

  it('refuses options that mean nothing', () => {
    expect(() => createLoss({ type: 'huber', delta: 0 })).toThrow(RangeError);
    expect(() => createLoss({ type: 'quantile', level: 1 })).toThrow(RangeError);
    expect(() => createLoss({ type: 'crossEntropy', labelSmoothing: 1 })).toThrow(RangeError);
    expect(() => createOptimizer({ type: 'sgd', nesterov: true })).toThrow(RangeError);
    expect(() => sampleTrainer(HIDDEN, { type: 'crossEntropy', classWeights: [1, 2] })).toThrow(RangeError);
  });
});
