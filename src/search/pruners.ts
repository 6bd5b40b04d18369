import { z } from 'zod';
import { ashaSchema, createAsha, estimateAsha } from './pruners/asha.ts';
import { rungMilestones } from './pruners/halving.ts';
import { createHyperband, estimateHyperband, hyperbandSchema } from './pruners/hyperband.ts';
import { createMedian, medianMilestones, medianSchema } from './pruners/median.ts';
import { createNoPruner, type Pruner } from './pruners/pruner.ts';

interface PrunerDefinition<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** `canPause`: whether a trial can pause after an epoch and resume later, or stops for good. */
  readonly create: (settings: z.output<Schema>, maxEpochs: number, canPause: boolean) => Pruner;
  /** The estimated sum of the epochs of all trials; null: no estimate. */
  readonly estimate: (settings: z.output<Schema>, maxEpochs: number, trials: number) => number | null;
  /** The epochs after which trials are compared, in ascending order. */
  readonly milestones: (settings: z.output<Schema>, maxEpochs: number) => readonly number[];
}

/** A row of the table with one type for all pruners: it parses its settings by the schema. */
function definePruner<Schema extends z.ZodType>({ schema, create, estimate, milestones }: PrunerDefinition<Schema>) {
  return {
    schema,
    create: (settings: unknown, maxEpochs: number, canPause: boolean) =>
      create(schema.parse(settings), maxEpochs, canPause),
    estimate: (settings: unknown, maxEpochs: number, trials: number) =>
      estimate(schema.parse(settings), maxEpochs, trials),
    milestones: (settings: unknown, maxEpochs: number) => milestones(schema.parse(settings), maxEpochs),
  };
}

/** To add a pruner, add its file and a row here. */
const PRUNERS = {
  median: definePruner({
    schema: medianSchema,
    create: createMedian,
    estimate: () => null,
    milestones: medianMilestones,
  }),
  asha: definePruner({ schema: ashaSchema, create: createAsha, estimate: estimateAsha, milestones: rungMilestones }),
  hyperband: definePruner({
    schema: hyperbandSchema,
    create: createHyperband,
    estimate: estimateHyperband,
    milestones: rungMilestones,
  }),
};

export const pruningSchema = z
  .discriminatedUnion('type', [PRUNERS.median.schema, PRUNERS.asha.schema, PRUNERS.hyperband.schema])
  .meta({
    id: 'Pruning',
    description: 'Stops trials early that are not promising, which leaves more time for others.',
    examples: [{ type: 'asha', minEpochs: 2, reductionFactor: 3 }],
  });
export type Pruning = z.output<typeof pruningSchema>;

/**
 * `maxEpochs`: the maximum number of epochs of a trial. `canPause`: whether trials can pause and
 * resume.
 */
export function createPruner(pruning: Pruning | null, maxEpochs: number, canPause = true): Pruner {
  return pruning === null ? createNoPruner() : PRUNERS[pruning.type].create(pruning, maxEpochs, canPause);
}

/** The estimated sum of the epochs of all trials; null: no estimate. */
export function estimateEpochs(pruning: Pruning, maxEpochs: number, trials: number): number | null {
  return PRUNERS[pruning.type].estimate(pruning, maxEpochs, trials);
}

/** The epochs after which the pruner compares trials. */
export function milestonesOf(pruning: Pruning | null, maxEpochs: number): readonly number[] {
  return pruning === null ? [] : PRUNERS[pruning.type].milestones(pruning, maxEpochs);
}
