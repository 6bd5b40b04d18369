import { describe, expect, it } from 'vitest';
import { NONE } from '../../../src/engine/kernels/kernels.ts';
import { BACKENDS } from '../backends.ts';

/** Results that can be computed by hand, for every backend, including the reference. */
describe.each(BACKENDS)('the $name backend', ({ createKernels }) => {
  const CLOSE = 6;

  function kernelsOver(...values: number[]): ReturnType<typeof createKernels> {
    const kernels = createKernels({ numbers: values.length, indices: 4 });
    kernels.values.set(values);
    return kernels;
  }

  /** Numbers of the arena from `offset` on. */
  function numbersAt(kernels: ReturnType<typeof createKernels>, offset: number, count: number): number[] {
    return Array.from(kernels.values.subarray(offset, offset + count));
  }

  it('starts with zeros', () => {
    const { values, indices } = createKernels({ numbers: 3, indices: 2 });
    expect([...values, ...indices]).toEqual([0, 0, 0, 0, 0]);
  });

  it('stores W input by input: Z = W A + b', () => {
    // Two inputs, three units, one example (10, 1): the first input's weights are 1 2 3, the
    // second's 4 5 6.
    const kernels = kernelsOver(1, 2, 3, 4, 5, 6, 10, 1, 100, 200, 300, 0, 0, 0);
    kernels.affine(11, 0, 6, 8, 1, 2, 3);
    expect(numbersAt(kernels, 11, 3)).toEqual([114, 225, 336]);
  });

  it('computes gradients: dW = scale dZ Aᵀ, db = scale Σ dZ, dA = Wᵀ dZ', () => {
    // Two examples of two inputs, (1, 2) and (3, 4); one unit with dZ 10 and 20; its weights are 5
    // and 7.
    const kernels = kernelsOver(1, 2, 3, 4, 10, 20, 5, 7, 0, 0, 0, 0, 0, 0, 0);
    kernels.weightGradient(8, 4, 0, 2, 2, 1, 0.5);
    kernels.biasGradient(10, 4, 2, 1, 0.5);
    kernels.inputGradient(11, 6, 4, 2, 2, 1);
    expect(numbersAt(kernels, 8, 3)).toEqual([35, 50, 15]);
    expect(numbersAt(kernels, 11, 4)).toEqual([50, 70, 100, 140]);
  });

  it('computes both products of a matrix with its transpose: X Xᵀ and Xᵀ X', () => {
    // Two inputs, three units: the first input's numbers are 1 2 3, the second's 4 5 6.
    const kernels = kernelsOver(1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    kernels.gramOfUnits(6, 0, 2, 3);
    expect(numbersAt(kernels, 6, 9)).toEqual([17, 22, 27, 22, 29, 36, 27, 36, 45]);
    kernels.gramOfInputs(15, 0, 2, 3);
    expect(numbersAt(kernels, 15, 4)).toEqual([14, 32, 32, 77]);
  });

  it('gathers the rows that the indices name', () => {
    const kernels = kernelsOver(1, 2, 3, 4, 5, 6, 0, 0, 0, 0);
    kernels.indices.set([9, 2, 0]);
    kernels.gatherRows(6, 0, 1, 2, 2);
    expect(numbersAt(kernels, 6, 4)).toEqual([5, 6, 1, 2]);
  });

  it('adds the weights of the inputs that are 1, and computes gradients for them alone', () => {
    // Three one-hot inputs with weights 1 2, 3 4 and 5 6 of two units. The second example names
    // none, so it gets 9 9.
    const kernels = kernelsOver(1, 2, 3, 4, 5, 6, 100, 200, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    kernels.indices.set([2, -1]);
    kernels.addRows(10, 6, 0, 8, 0, 2, 3, 1, 2);
    expect(numbersAt(kernels, 10, 4)).toEqual([105, 206, 109, 209]);
    kernels.rowGradient(14, 10, 0, 2, 3, 1, 2, 0.5);
    expect(numbersAt(kernels, 14, 6)).toEqual([0, 0, 0, 0, 52.5, 103]);
  });

  it('gives equal logits equal probabilities, and the loss log n', () => {
    const kernels = kernelsOver(7, 7, 7, 7, 2, 0, 0, 0, 0);
    expect(kernels.crossEntropy(5, 0, 4, NONE, NONE, 1, 4, 0)).toBeCloseTo(Math.log(4), CLOSE);
    kernels.softmax(0, 0, 1, 4);
    const probabilities = [0.25, 0.25, 0.25, 0.25];
    const gradient = [0.25, 0.25, -0.75, 0.25];
    for (const [i, p] of probabilities.entries()) expect(kernels.values[i]).toBeCloseTo(p, CLOSE);
    for (const [i, d] of gradient.entries()) expect(kernels.values[5 + i]).toBeCloseTo(d, CLOSE);
  });

  it('weights the mean squared error of each row', () => {
    // Two rows of two outputs, all 1 too high and 3 too high; weights 1 and 2.
    const kernels = kernelsOver(1, 1, 3, 3, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0);
    expect(kernels.mse(10, 0, 4, 8, 2, 2, 0)).toBe(1 + 2 * 9);
    expect(numbersAt(kernels, 10, 4)).toEqual([1, 1, 6, 6]);
  });

  it('normalizes two rows to plus and minus one', () => {
    const kernels = kernelsOver(4, 8, 0, 0, 1, 0, 0, 0, 0, 0);
    kernels.batchNormalize(2, 0, 4, 5, 6, 7, 8, 9, 2, 1, 0.5, 0);
    expect(numbersAt(kernels, 2, 2)).toEqual([-1, 1]);
    // Mean 6 and 1 / deviation 0.5; the running statistics moved half-way to the mean 6 and the
    // unbiased variance 8.
    expect(numbersAt(kernels, 6, 4)).toEqual([6, 0.5, 3, 4]);
  });

  it('moves each parameter by the rate at the first step of Adam, for any gradient', () => {
    const kernels = kernelsOver(1, 1, 0.001, -1000, 0, 0, 0, 0);
    kernels.adam(0, 2, 4, 6, 2, 0.125, 0.9, 0.999, 0, 0, false, 1 - 0.9, 1 - 0.999);
    expect(kernels.values[0]).toBeCloseTo(0.875, CLOSE);
    expect(kernels.values[1]).toBeCloseTo(1.125, CLOSE);
  });

  it('preserves subnormal numbers and the sign of zero', () => {
    const tiny = [Math.fround(1e-42), Math.fround(-3e-45), -0];
    const kernels = kernelsOver(...tiny, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    kernels.gatherRows(4, 0, 0, 1, 3);
    expect(numbersAt(kernels, 4, 3)).toEqual(tiny);
    kernels.scale(4, 3, -2);
    expect(numbersAt(kernels, 4, 3)).toEqual(tiny.map((x) => -2 * x));
    // One input of 2, three units; the backward pass of one unit to three inputs.
    kernels.affine(4, 0, 3, 7, 1, 1, 3);
    expect(numbersAt(kernels, 4, 2)).toEqual([2 * tiny[0], 2 * tiny[1]]);
    kernels.inputGradient(4, 0, 3, 1, 3, 1);
    expect(numbersAt(kernels, 4, 2)).toEqual([2 * tiny[0], 2 * tiny[1]]);
    kernels.sgd(4, 0, NONE, 3, 0.5, 0, false, 0, false);
    expect(numbersAt(kernels, 4, 2)).toEqual([1.5 * tiny[0], 1.5 * tiny[1]].map(Math.fround));
  });

  it('retains the expected share of the numbers in dropout, scaled by the inverse of that share', () => {
    const count = 10_000;
    const kernels = createKernels({ numbers: count, indices: 0 });
    kernels.values.fill(1);
    kernels.dropout(0, 0, count, 0.75, 1, 2);
    const retained = kernels.values.filter((x) => x !== 0);
    expect(retained.every((x) => x === 4)).toBe(true);
    expect(retained.length / count).toBeCloseTo(0.25, 1);
  });

  it.each([1 - 2 ** -32, 1 - 2 ** -33, 1 - 2 ** -53])('drops all numbers at a rate of %d', (rate) => {
    const count = 1000;
    const kernels = createKernels({ numbers: count, indices: 0 });
    kernels.values.fill(1);
    kernels.dropout(0, 0, count, rate, 1, 2);
    expect(kernels.values.every((x) => x === 0)).toBe(true);
  });
});
