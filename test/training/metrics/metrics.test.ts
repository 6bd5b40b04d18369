import { describe, expect, it } from 'vitest';
import { measureClasses } from '../../../src/training/metrics/classification.ts';
import { measureNumbers } from '../../../src/training/metrics/regression.ts';
import { rocAuc } from '../../../src/training/metrics/rocAuc.ts';

describe('metrics of two classes', () => {
  // Predicted: 1, 1, 0, 0, 1 for actual 1, 0, 0, 1, 1.
  const actual = Float64Array.of(1, 0, 0, 1, 1);
  const probabilities = Float64Array.of(0.1, 0.9, 0.4, 0.6, 0.8, 0.2, 0.7, 0.3, 0.4, 0.6);
  const predicted = { actual, probabilities, labels: ['no', 'yes'], weights: null };

  it('agree with counting by hand', () => {
    const metrics = measureClasses(predicted, 0.5);
    expect(metrics.loss).toBe(0.5);
    expect(metrics.accuracy).toBeCloseTo(3 / 5, 12);
    expect(metrics.precision).toBeCloseTo(2 / 3, 12);
    expect(metrics.recall).toBeCloseTo(2 / 3, 12);
    expect(metrics.f1).toBeCloseTo(2 / 3, 12);
    expect(metrics.confusionMatrix).toEqual([
      [1, 1],
      [1, 2],
    ]);
    // Pairs of a positive above a negative: 0.9 beats both, 0.3 beats 0.2, 0.6 beats 0.2 and ties
    // with 0.6.
    expect(metrics.rocAuc).toBeCloseTo((2 + 1 + 1.5) / 6, 12);
  });

  it('count a row by its weight', () => {
    const metrics = measureClasses({ ...predicted, weights: Float64Array.of(1, 5, 1, 1, 2) }, 0);
    expect(metrics.accuracy).toBeCloseTo(4 / 10, 12);
    expect(metrics.precision).toBeCloseTo(3 / 8, 12);
    expect(metrics.confusionMatrix[0]).toEqual([1, 1]);
  });

  it('are 0 if nothing was predicted as the class, and have no curve with one class', () => {
    const metrics = measureClasses(
      { actual: Float64Array.of(0), probabilities: Float64Array.of(1, 0), labels: ['a', 'b'], weights: null },
      0,
    );
    expect([metrics.precision, metrics.recall, metrics.f1, metrics.rocAuc]).toEqual([0, 0, 0, null]);
  });
});

it('metrics of three classes are the mean over the classes that occur', () => {
  const probabilities = Float64Array.of(0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1);
  const metrics = measureClasses(
    { actual: Float64Array.of(0, 1, 1), probabilities, labels: ['a', 'b', 'c'], weights: null },
    0,
  );
  expect(metrics.precision).toBeCloseTo((1 / 2 + 1) / 2, 12);
  expect(metrics.recall).toBeCloseTo((1 + 1 / 2) / 2, 12);
  expect(metrics.f1).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  expect(metrics.rocAuc).toBe(1);
});

describe('the area under the ROC curve', () => {
  it('is one half when all scores are equal', () => {
    expect(rocAuc(Float64Array.of(1, 1, 1, 1), (row) => row < 2, null)).toBe(0.5);
  });

  it('weighs a row like that many rows', () => {
    const weighted = rocAuc(Float64Array.of(1, 2, 3), (row) => row !== 1, Float64Array.of(1, 1, 3));
    expect(weighted).toBe(rocAuc(Float64Array.of(1, 2, 3, 3, 3), (row) => row !== 1, null));
  });
});

describe('metrics of numbers', () => {
  it('agree with counting by hand', () => {
    const metrics = measureNumbers(
      { actual: Float64Array.of(1, 2, 3), predicted: Float64Array.of(1, 2, 6), weights: null },
      0.1,
    );
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(3), 12);
    expect(metrics.mae).toBeCloseTo(1, 12);
    expect(metrics.r2).toBeCloseTo(1 - 9 / 2, 12);
  });

  it.each([1e300, 1e-300])('are in the unit of numbers of the size of %d', (size) => {
    const sized = (...values: readonly number[]) => Float64Array.from(values, (value) => value * size);
    const metrics = measureNumbers({ actual: sized(1, 2, 3), predicted: sized(1, 2, 6), weights: null }, 0.1);
    expect(metrics.rmse / size).toBeCloseTo(Math.sqrt(3), 12);
    expect(metrics.mae / size).toBeCloseTo(1, 12);
    expect(metrics.r2).toBeCloseTo(1 - 9 / 2, 12);
  });

  it('have no r² without variance', () => {
    const flat = { actual: Float64Array.of(2, 2), predicted: Float64Array.of(1, 2), weights: null };
    expect(measureNumbers(flat, 0).r2).toBeNull();
  });

  // Ten times 0.1 divided by ten is not 0.1: the rounded mean gives a variance above 0.
  it.each([0.1, 1 / 3, 1e-300, 123.456])('have no r² when every target is %d', (value) => {
    const actual = new Float64Array(10).fill(value);
    const predicted = Float64Array.from(actual, (_, row) => value + row);
    expect(measureNumbers({ actual, predicted, weights: null }, 0).r2).toBeNull();
    expect(measureNumbers({ actual, predicted, weights: new Float64Array(10).fill(0.3) }, 0).r2).toBeNull();
  });

  it('have no r² when the rows with a weight have one value', () => {
    const actual = Float64Array.of(0.1, 0.1, 0.1, 7);
    const predicted = Float64Array.of(1, 2, 3, 4);
    expect(measureNumbers({ actual, predicted, weights: Float64Array.of(1, 1, 1, 0) }, 0).r2).toBeNull();
  });
});
