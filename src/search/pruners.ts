import { z } from 'zod';
import { ashaSchema, createAsha, estimateAsha } from './pruners/asha.ts';
import { rungMilestones } from './pruners/halving.ts';
import { createHyperband, estimateHyperband, hyperbandSchema } from './pruners/hyperband.ts';
import { createMedian, medianMilestones, medianSchema } from './pruners/median.ts';
import { createNoPruner, type Pruner } from './pruners/pruner.ts';

interface PrunerDefinition<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** `canWait`: whether a trial can wait after an epoch and go on later, or stops for good. */
  readonly create: (settings: z.output<Schema>, maxEpochs: number, canPause: boolean) => Pruner;
  /** About the epochs that so many trials take, of so many at most each; null: no telling. */
  readonly estimate: (settings: z.output<Schema>, maxEpochs: number, trials: number) => number | null;
  /** The epochs after which it looks at trials, in ascending order. */
  readonly milestones: (settings: z.output<Schema>, maxEpochs: number) => readonly number[];
}

/** The row for whoever has settings of some type: it takes those that its schema takes. */
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

/** A new pruner is its file and a row here. */
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
export function createPruner(pruning: Pruning | null, maxEpochs: number, canPause = true): Pruner {
  return pruning === null ? createNoPruner() : PRUNERS[pruning.type].create(pruning, maxEpochs, canPause);
}

/** About the epochs that so many trials of so many at most take; null: there is no telling. */
export function estimateEpochs(pruning: Pruning, maxEpochs: number, trials: number): number | null {
  return PRUNERS[pruning.type].estimate(pruning, maxEpochs, trials);
}

/** The epochs after which the pruner looks at trials of so many at most. */
export function milestonesOf(pruning: Pruning | null, maxEpochs: number): readonly number[] {
  return pruning === null ? [] : PRUNERS[pruning.type].milestones(pruning, maxEpochs);
}
