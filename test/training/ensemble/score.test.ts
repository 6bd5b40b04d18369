import { describe, expect, it } from 'vitest';
import { scoredValues, scoreOf } from '../../../src/training/ensemble/score.ts';
import { applyTemperature, fitTemperature } from '../../../src/training/ensemble/temperature.ts';

const NUMBER = { kind: 'number', column: 'y', mean: 3, deviation: 2 } as const;
const CLASSES = { kind: 'classes' as const, column: 'y', classes: ['a', 'b', 'c'] };

/** The mean score of predicting `value` for targets `t`. */
function score(loss: Parameters<typeof scoreOf>[0], value: number, t: readonly number[]): number {
  const { total, finish } = scoreOf(loss, NUMBER);
  const T = Float64Array.from(t);
  return finish(
    total(
      T.map(() => value),
      T,
      null,
    ) / t.length,
  );
}

describe('a score', () => {
  it('is in the unit of the target for squared, absolute and quantile errors', () => {
    expect(score({ type: 'mse' }, 1, [0, 2])).toBeCloseTo(2, 12);
    expect(score({ type: 'mae' }, 1, [0, 4])).toBeCloseTo(4, 12);
    expect(score({ type: 'quantile', level: 0.9 }, 1, [2])).toBeCloseTo(1.8, 12);
    expect(score({ type: 'quantile', level: 0.9 }, 1, [0])).toBeCloseTo(0.2, 12);
  });

  it('follows the loss for Huber and Poisson', () => {
    expect(score({ type: 'huber', delta: 1 }, 0, [0.5])).toBeCloseTo(0.125, 12);
    expect(score({ type: 'huber', delta: 1 }, 0, [3])).toBeCloseTo(2.5, 12);
    expect(score({ type: 'poisson' }, 2, [3])).toBeCloseTo(2 - 3 * Math.log(2), 12);
  });

  it('is the log loss of probabilities, with or without weights, and finite at 0', () => {
    const { total } = scoreOf({ type: 'crossEntropy', labelSmoothing: 0 }, CLASSES);
    const probabilities = Float64Array.from({ length: 100 }, (_, i) => i / 100);
    const expected = probabilities.reduce((sum, p) => sum - Math.log(Math.max(p, 1e-15)), 0);
    const ones = probabilities.map(() => 1);
    expect(total(probabilities, ones, null)).toBeCloseTo(expected, 9);
    expect(total(probabilities, ones, ones)).toBeCloseTo(expected, 9);
    expect(total(new Float64Array(64), new Float64Array(64), null)).toBeCloseTo(64 * -Math.log(1e-15), 6);
  });

  it('reads the probability of the true class, or the prediction', () => {
    const predictions = new Float64Array([0.5, 0.25, 0.25, 0.125, 0.375, 0.5]);
    expect([...scoredValues(predictions, 3, { T: new Float64Array([0, 2]), target: CLASSES })]).toEqual([0.5, 0.5]);
    const second = new Float64Array([0.75, 0.25]);
    expect([...scoredValues(second, 1, { T: new Float64Array([1, 0]), target: CLASSES })]).toEqual([0.75, 0.75]);
    expect([...scoredValues(second, 1, { T: new Float64Array([7, 8]), target: NUMBER })]).toEqual([0.75, 0.25]);
  });
});

describe('a temperature', () => {
  /** Rows of two or three classes whose true probabilities are `p`, in exact proportion. */
  const rowsOf = (p: readonly number[], count = 1000) => {
    const T = p.flatMap((share, index) => Array.from({ length: Math.round(share * count) }, () => index));
    return Float64Array.from(T);
  };

  it('makes cautious probabilities certain again', () => {
    const truth = [0.8, 0.15, 0.05];
    const cautious = applyTemperature({ probabilities: Float64Array.from(truth), outputs: 3 }, 2);
    const T = rowsOf(truth);
    const probabilities = Float64Array.from({ length: 3 * T.length }, (_, i) => cautious[i % 3]);
    const t = fitTemperature({ probabilities, outputs: 3, T, weights: null });
    expect(t).toBeCloseTo(0.5, 2);
    const restored = applyTemperature({ probabilities, outputs: 3 }, t);
    expect([...restored.subarray(0, 3)].map((each) => Number(each.toFixed(2)))).toEqual(truth);
  });

  it('does the same for a single output', () => {
    const T = rowsOf([0.1, 0.9]);
    const cautious = applyTemperature({ probabilities: new Float64Array([0.9]), outputs: 1 }, 2.5);
    const probabilities = Float64Array.from(T, () => cautious[0]);
    expect(fitTemperature({ probabilities, outputs: 1, T, weights: null })).toBeCloseTo(0.4, 2);
  });

  it('weights rows, and stays within its limits', () => {
    const probabilities = new Float64Array([0.9, 0.9]);
    const rows = { probabilities, outputs: 1, T: new Float64Array([1, 0]) };
    expect(fitTemperature({ ...rows, weights: new Float64Array([1, 0]) })).toBeCloseTo(0.3, 2);
    expect(fitTemperature({ ...rows, weights: new Float64Array([0, 1]) })).toBeCloseTo(3, 2);
  });

  it('leaves probabilities as they are at 1, also 0 and 1', () => {
    const probabilities = new Float64Array([0, 1, 0, 0.2, 0.3, 0.5]);
    const same = applyTemperature({ probabilities, outputs: 3 }, 1);
    for (const [i, probability] of probabilities.entries()) expect(same[i]).toBeCloseTo(probability, 12);
  });
});
