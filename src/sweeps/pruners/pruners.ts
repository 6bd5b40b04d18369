import { z } from 'zod';
import { ashaSchema, createAsha, estimateAsha } from './asha.ts';
import { createHyperband, estimateHyperband, hyperbandSchema } from './hyperband.ts';
import { createMedian, medianSchema } from './median.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

interface Row<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly create: (settings: z.output<Schema>, mostEpochs: number) => Pruner;
  /** About the epochs that so many trials take, of so many at most each; null: no telling. */
  readonly estimate: (settings: z.output<Schema>, mostEpochs: number, trials: number) => number | null;
}

/** The row for whoever has settings of some type: it takes those that its schema takes. */
function row<Schema extends z.ZodType>({ schema, create, estimate }: Row<Schema>) {
  return {
    schema,
    create: (settings: unknown, mostEpochs: number) => create(schema.parse(settings), mostEpochs),
    estimate: (settings: unknown, mostEpochs: number, trials: number) =>
      estimate(schema.parse(settings), mostEpochs, trials),
  };
}

/** A new pruner is its file and a row here. */
const PRUNERS = {
  median: row({ schema: medianSchema, create: createMedian, estimate: () => null }),
  asha: row({ schema: ashaSchema, create: createAsha, estimate: estimateAsha }),
  hyperband: row({ schema: hyperbandSchema, create: createHyperband, estimate: estimateHyperband }),
};

/** Which trials are stopped early, to save their epochs for others. */
export const pruningSchema = z
  .discriminatedUnion('type', [PRUNERS.median.schema, PRUNERS.asha.schema, PRUNERS.hyperband.schema])
  .meta({
    id: 'Pruning',
    description: 'Which trials are stopped early, so that others have their time.',
    examples: [{ type: 'asha', minEpochs: 2, reductionFactor: 3 }],
  });
export type Pruning = z.output<typeof pruningSchema>;

/** The pruner of a search whose trials have so many epochs at most. */
export function createPruner(pruning: Pruning | null, mostEpochs: number): Pruner {
  return pruning === null ? createNoPruner() : PRUNERS[pruning.type].create(pruning, mostEpochs);
}

/** About the epochs that so many trials of so many at most take; null: there is no telling. */
export function estimateEpochs(pruning: Pruning, mostEpochs: number, trials: number): number | null {
  return PRUNERS[pruning.type].estimate(pruning, mostEpochs, trials);
}
