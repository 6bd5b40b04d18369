import { describe, expect, it } from 'vitest';
import { readDescription, writeDescription } from '../../../src/models/stored/description.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { binaryOutcome } from '../support/outcomes.ts';

const { features, target: fittedTarget, embedding, layers, metrics, best, warnings } = binaryOutcome();

function describeWith(loss: object, training: object = {}): string {
  const columns = ['income', 'age'].map((name) => ({ name, type: 'categorical', missing: 0, distinct: 2 }) as const);
  const { spec } = resolveSpec(specRequestSchema.parse({ target: 'income' }), { rows: 100, columns });
  if (spec === null) throw new Error('The request cannot be resolved.');
  const request = { name: 'job', datasetId: 'ds_1', priority: 0, labels: {}, ...spec };
  const hyperparameters = { ...request, training: { ...request.training, ...training } };
  const network = { features, fittedTarget, embedding, layers };
  const stored = { version: 1, columns: [], readAs: [], ...network, metrics, best, warnings };
  return writeDescription({ ...stored, loss, hyperparameters });
}

describe('a stored description', () => {
  it.each([
    { type: 'binaryCrossEntropy' },
    { type: 'binaryCrossEntropy', labelSmoothing: 0.1 },
    { type: 'huber', delta: 0.5 },
    { type: 'quantile', level: 0.9 },
  ])('has the loss %j of its training', (loss) => {
    expect(readDescription(describeWith(loss)).loss).toEqual(loss);
  });

  it.each([{}, { type: 'toString' }, { type: 'mse', delta: 1 }, { type: 'quantile', level: 2 }])(
    'is rejected with the loss %j',
    (loss) => {
      expect(() => describeWith(loss)).toThrow(expect.objectContaining({ name: 'ZodError' }));
    },
  );

  it('is rejected with an impossible request', () => {
    expect(() => describeWith({ type: 'mse' }, { epochs: 0 })).toThrow(expect.objectContaining({ name: 'ZodError' }));
  });
});
