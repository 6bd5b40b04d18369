import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReferenceKernels } from '../../../src/engine/kernels/reference/reference.ts';
import type { EmbeddingSpec } from '../../../src/engine/layers/embedding/embedding.ts';
import type { LayerSpec } from '../../../src/engine/layers/layerSpec.ts';
import { createNetwork } from '../../../src/engine/network/network.ts';
import { planNetwork } from '../../../src/engine/network/plan.ts';
import { sizeOf } from '../../../src/engine/network/size.ts';

const hidden: fc.Arbitrary<LayerSpec> = fc.record({
  units: fc.integer({ min: 1, max: 20 }),
  activation: fc.constantFrom('linear', 'relu', 'mish'),
  normalization: fc.constantFrom(null, 'batch', 'layer'),
  dropout: fc.constantFrom(0, 0.5),
});
/** Of the first dense inputs. */
function embeddingOf(type: EmbeddingSpec['type'], inputs: number, width: number): EmbeddingSpec {
  const columns = Array.from({ length: inputs }, (_, column) => column);
  if (type === 'cosine') return { type, columns, width, scale: 1 };
  return { type, columns, width, edges: columns.map((column) => [0, 1, 2 + column, 9]) };
}

const spec = fc
  .record({
    dense: fc.integer({ min: 0, max: 6 }),
    embedding: fc.constantFrom(null, 'cosine', 'piecewiseLinear'),
    width: fc.integer({ min: 2, max: 9 }),
    oneHot: fc.array(fc.record({ inputs: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 3 }),
    hidden: fc.array(hidden, { maxLength: 3 }),
  })
  .map(({ dense, embedding, width, oneHot, hidden }) => ({
    inputs: oneHot.reduce((sum, { inputs }) => sum + inputs, dense),
    oneHot,
    embedding: embedding === null || dense < 2 ? null : embeddingOf(embedding, dense - 1, width),
    layers: [...hidden, { units: 2, activation: 'linear' as const }],
  }));

describe('the size of a network', () => {
  it('counts the numbers of its parameters and statistics', () => {
    fc.assert(
      fc.property(spec, (network) => {
        const { parameters, statistics } = sizeOf(network);
        const options = { createKernels: createReferenceKernels, batchSize: 1, loss: { type: 'mse' } } as const;
        const stored = createNetwork(network, options).readParameters();
        expect(parameters + statistics).toBe(stored.reduce((sum, { values }) => sum + values.length, 0));
        const measured = stored.filter(({ name }) => name === 'mean' || name === 'var');
        expect(statistics).toBe(measured.reduce((sum, { values }) => sum + values.length, 0));
      }),
    );
  });

  it('counts one multiply-add per weight that a row reads: one input of each one-hot column', () => {
    const layers = [
      { units: 4, activation: 'relu', normalization: 'batch' },
      { units: 3, activation: 'linear' },
    ] as const;
    const oneHot = [{ inputs: 10 }, { inputs: 5 }];
    expect(sizeOf({ inputs: 22, layers }).multiplyAdds).toBe(22 * 4 + 4 * 3);
    expect(sizeOf({ inputs: 22, oneHot, layers }).multiplyAdds).toBe((7 + 2) * 4 + 4 * 3);
  });

  it('is at least what a training stores for each further row', () => {
    const [few, many] = [16, 160];
    fc.assert(
      fc.property(spec, (network) => {
        const numbers = (rows: number) =>
          planNetwork(network, rows, {
            datasetRows: 0,
            targetColumns: 0,
            weighted: false,
            classWeights: 0,
            optimizerMatrices: 0,
            optimizerScratch: 0,
            averages: false,
            storesActivationGradients: false,
          }).size.numbers;
        const dense = network.oneHot.reduce((left, { inputs }) => left - inputs, network.inputs);
        const perRow = (numbers(many) - numbers(few)) / (many - few) - dense;
        expect(sizeOf(network).activations).toBeGreaterThanOrEqual(perRow);
      }),
    );
  });
});
