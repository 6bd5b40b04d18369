import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../src/engine/matrix.ts';
import { EMBEDDINGS, HIDDEN, INPUTS, ROWS, sampleTrainer } from '../sampleTraining.ts';

/** X (n, m) · Yᵀ (m, k), row after row. */
function timesTransposed({ shape: [n, m], values: X }: Matrix, { shape: [k], values: Y }: Matrix): number[] {
  return Array.from({ length: n * k }, (_product, e) => {
    const [row, column] = [Math.floor(e / k), e % k];
    return Array.from({ length: m }, (_term, i) => X[row * m + i] * Y[column * m + i]).reduce((sum, x) => sum + x);
  });
}

describe('an activation dump', () => {
  it('has the matrices of the notes for every layer: dW = 1/m dZ Aᵀ, dZ = dA * g′(Z)', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { storesActivationGradients: true });
    trainer.computeGradients(0, ROWS);
    const layers = trainer.dumpActivations(ROWS);
    const gradients = trainer.readGradients();
    expect(layers.map(({ Z }) => Z?.shape)).toEqual([
      [6, ROWS],
      [5, ROWS],
      [3, ROWS],
    ]);
    for (const { layer, A, dA, dZ } of layers.slice(1)) {
      if (dA === null || dZ === null) throw new Error('the plan does not store the gradients');
      const dW = gradients.find((gradient) => gradient.name === 'W' && gradient.layer === layer);
      const expected = timesTransposed(dZ, layers[layer - 2].A);
      expected.forEach((sum, e) => {
        expect(dW?.values[e]).toBeCloseTo(sum / ROWS, 12);
      });
      const slope = (a: number): number => (layer === layers.length ? 1 : 1 - a * a);
      dZ.values.forEach((value, e) => {
        expect(value).toBeCloseTo(dA.values[e] * slope(A.values[e]), 12);
      });
    }
  });

  it.each(EMBEDDINGS)('has E of the embedding %o as A of layer 0, and its gradient', (embedding) => {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { embedding });
    trainer.computeGradients(0, ROWS);
    const [{ layer, Z, A: E, dA: dE, dZ }] = trainer.dumpActivations(ROWS);
    const units = embedding.columns.length * (embedding.width - 1) + INPUTS;
    expect([layer, Z, dZ, E.shape, dE?.shape]).toEqual([0, null, null, [units, ROWS], [units, ROWS]]);
    // t and m are added to every row: their gradient is the mean of dE.
    const shift = embedding.type === 'cosine' ? 't' : 'm';
    const gradient = trainer.readGradients().find(({ name }) => name === shift);
    gradient?.values.forEach((value, e) => {
      const ofRows = Array.from(dE?.values.subarray(e * ROWS, (e + 1) * ROWS) ?? []);
      expect(value).toBeCloseTo(ofRows.reduce((sum, each) => sum + each) / ROWS, 12);
    });
  });

  it('does not change the gradients', () => {
    const [stored, alone] = [true, false].map((storesActivationGradients) => {
      const trainer = sampleTrainer(HIDDEN, { type: 'mse' }, { storesActivationGradients });
      trainer.computeGradients(0, ROWS);
      return trainer.readGradients();
    });
    expect(alone).toEqual(stored);
  });

  it('has neither Z nor gradients when the plan does not store them', () => {
    const trainer = sampleTrainer(HIDDEN, { type: 'mse' });
    trainer.computeGradients(0, ROWS);
    expect(trainer.dumpActivations(ROWS)[0]).toMatchObject({ Z: null, dA: null, dZ: null });
  });
});
