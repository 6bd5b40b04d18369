import { z } from 'zod';
import { ashaSchema, createAsha, estimateAsha } from './asha.ts';
import { heightsOf } from './halving.ts';
import { createHyperband, estimateHyperband, hyperbandSchema } from './hyperband.ts';
import { createMedian, looksOfMedian, medianSchema } from './median.ts';
import { createNoPruner, type Pruner } from './pruner.ts';

interface Row<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** `canWait`: whether a trial can wait after an epoch and go on later, or stops for good. */
  readonly create: (settings: z.output<Schema>, mostEpochs: number, canWait: boolean) => Pruner;
  /** About the epochs that so many trials take, of so many at most each; null: no telling. */
  readonly estimate: (settings: z.output<Schema>, mostEpochs: number, trials: number) => number | null;
  /** The epochs after which it looks at trials, in ascending order. */
  readonly looks: (settings: z.output<Schema>, mostEpochs: number) => readonly number[];
}

/** The row for whoever has settings of some type: it takes those that its schema takes. */
function row<Schema extends z.ZodType>({ schema, create, estimate, looks }: Row<Schema>) {
  return {
    schema,
    create: (settings: unknown, mostEpochs: number, canWait: boolean) =>
      create(schema.parse(settings), mostEpochs, canWait),
    estimate: (settings: unknown, mostEpochs: number, trials: number) =>
      estimate(schema.parse(settings), mostEpochs, trials),
    looks: (settings: unknown, mostEpochs: number) => looks(schema.parse(settings), mostEpochs),
  };
}

/** A new pruner is its file and a row here. */
const PRUNERS = {
  median: row({ schema: medianSchema, create: createMedian, estimate: () => null, looks: looksOfMedian }),
  asha: row({ schema: ashaSchema, create: createAsha, estimate: estimateAsha, looks: heightsOf }),
  hyperband: row({ schema: hyperbandSchema, create: createHyperband, estimate: estimateHyperband, looks: heightsOf }),
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

/** The pruner of a search whose trials have so many epochs at most, and can wait or not. */
export function createPruner(pruning: Pruning | null, mostEpochs: number, canWait = true): Pruner {
  return pruning === null ? createNoPruner() : PRUNERS[pruning.type].create(pruning, mostEpochs, canWait);
}

/** About the epochs that so many trials of so many at most take; null: there is no telling. */
export function estimateEpochs(pruning: Pruning, mostEpochs: number, trials: number): number | null {
  return PRUNERS[pruning.type].estimate(pruning, mostEpochs, trials);
}

/** The epochs after which the pruner looks at trials of so many at most. */
export function looksOf(pruning: Pruning | null, mostEpochs: number): readonly number[] {
  return pruning === null ? [] : PRUNERS[pruning.type].looks(pruning, mostEpochs);
}
