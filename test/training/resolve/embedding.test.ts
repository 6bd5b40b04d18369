import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import type { DatasetShape } from '../../../src/training/resolve/shape.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';

/** A table with so many number columns, a text and the target. */
function tableOf(numberColumns: number, rows = 10_000): DatasetShape {
  const numbers = Array.from({ length: numberColumns }, (_, index) => ({
    ...{ name: `x${index}`, type: 'numeric' as const, missing: 0, distinct: 900, min: 0, max: 9 },
  }));
  const words = ['town', 'kind'].map((name) => ({ name, type: 'categorical' as const, missing: 0, distinct: 3 }));
  return { rows, columns: [...numbers, ...words] };
}

type Request = Omit<z.input<typeof specRequestSchema>, 'target'>;

function resolve(request: Request, dataset: DatasetShape) {
  return resolveSpec(specRequestSchema.parse({ target: 'kind', ...request }), dataset);
}

function embeddingOf(embedding: NonNullable<Request['network']>['embedding'], dataset: DatasetShape) {
  return resolve({ network: { embedding } }, dataset).spec?.network.embedding;
}

describe('the embedding of a request', () => {
  it('is null without one', () => {
    expect(resolve({}, tableOf(8)).spec?.network.embedding).toBeNull();
    expect(embeddingOf(null, tableOf(8))).toBeNull();
  });

  it.each([
    [8, 24],
    [26, 24],
    [27, 20],
    [40, 16],
    [100, 4],
    [1000, 4],
    [5000, 3],
  ])('has a width that suits %i number columns: %i', (columns, width) => {
    expect(embeddingOf({ type: 'cosine' }, tableOf(columns))).toEqual({ type: 'cosine', width, scale: 1 });
  });

  it.each([
    [50, 1],
    [1000, 10],
    [10_000, 48],
  ])('has bins that suit %i rows: %i', (rows, bins) => {
    expect(embeddingOf({ type: 'piecewiseLinear' }, tableOf(8, rows))).toEqual({
      ...{ type: 'piecewiseLinear', width: 16, bins },
    });
  });

  it('keeps what is given', () => {
    const given = { type: 'cosine', width: 5, scale: 0.3 } as const;
    expect(embeddingOf(given, tableOf(8))).toEqual(given);
  });

  it('replaces the bins of the features, unless they are given', () => {
    const network = { embedding: { type: 'cosine' } } as const;
    expect(resolve({}, tableOf(8)).spec?.features.bins).toBeGreaterThan(0);
    expect(resolve({ network }, tableOf(8)).spec?.features.bins).toBe(0);
    expect(resolve({ network, features: { bins: 5 } }, tableOf(8)).spec?.features.bins).toBe(5);
  });

  it('is followed by relu layers if it is cosine', () => {
    const layersAfter = (embedding: NonNullable<Request['network']>['embedding']) =>
      resolve({ network: { embedding } }, tableOf(8)).spec?.network.layers.map(({ activation }) => activation);
    expect(layersAfter({ type: 'cosine' })).toEqual(['relu', 'relu', 'relu']);
    expect(layersAfter({ type: 'piecewiseLinear' })).toEqual(layersAfter(null));
    expect(layersAfter(null)).not.toContain('relu');
  });

  it('counts in the epochs that the budget allows', () => {
    const epochs = (width: number) =>
      resolve({ network: { embedding: { type: 'cosine', width } } }, tableOf(60)).spec?.training.epochs ?? 0;
    expect(epochs(200)).toBeLessThan(epochs(4));
  });

  it.each([
    [
      { type: 'cosine', width: 200 },
      100,
      '/network/embedding/width',
      /are 20000 .* 16384\. Use a width of at most 163\./,
    ],
    [{ type: 'cosine' }, 9000, '/network/embedding', /Embed fewer columns, or remove the embedding\./],
    [{ type: 'piecewiseLinear' }, 0, '/network/embedding', /no feature is numeric\. Remove the embedding, or name/],
  ] as const)('%j is rejected with %i number columns', (embedding, columns, path, message) => {
    const { errors } = resolve({ network: { embedding } }, tableOf(columns));
    expect(errors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('has parameters that groups of the optimizer can name', () => {
    const optimizer = { type: 'adam' as const, groups: [{ parameters: ['V0', 'W1'] }] };
    const training = { optimizer };
    const network = { embedding: { type: 'piecewiseLinear' } } as const;
    expect(resolve({ network, training }, tableOf(8)).errors).toEqual([]);
    expect(resolve({ training }, tableOf(8)).errors).toMatchObject([{ path: expect.stringMatching(/parameters/) }]);
  });
});
