import { z } from 'zod';
import { DATASET_TO_REPLACE } from '../../jobs/submission/requestSchema.ts';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { givenName } from '../../kit/contract/wire.ts';
import { pruningSchema } from '../../search/pruners.ts';
import { type Algorithm, SAMPLERS } from '../../search/samplers.ts';
import { jsonValue } from '../../search/space/parameter.ts';
import { spaceSchema } from '../../search/space/schema.ts';
import { seedSchema } from '../../training/schemas/seed.ts';
import { objectivesRequest, objectivesSchema } from './objective.ts';

export const MAX_TRIALS = 10_000;
export const MAX_PARALLEL = 64;
const MAX_SECONDS = 31_536_000;
const DEFAULT_TRIALS = 50;

// Object.keys forgets that the keys of a constant table are known.
const ALGORITHMS = Object.keys(SAMPLERS) as [Algorithm, ...Algorithm[]];

const trials = z
  .int()
  .min(1)
  .max(MAX_TRIALS)
  .describe('How many trials at most, and never more than a grid has points. Left out: 50, or all of a grid.')
  .meta({ examples: [DEFAULT_TRIALS] });

const search = {
  algorithm: z
    .enum(ALGORITHMS)
    .describe(
      '`grid`: every combination; `random`; `sobol`: evenly spread; `tpe`: where good trials lie close together; `gp`: a Gaussian process, for few parameters and dear trials.',
    ),
  trials,
  seed: seedSchema.describe('The same seed and `parallel` ask for the same trials in the same order.'),
};

/** More than a job request has fields, so that an unknown one is named. */
const MAX_JOB_FIELDS = 100;

const job = limitedRecord(z.string(), jsonValue, MAX_JOB_FIELDS)
  .describe('The request of a job, as `POST /v1/jobs` takes it: what every trial has in common.')
  .meta({ examples: [{ datasetId: DATASET_TO_REPLACE, target: 'income' }] });

const completion = {
  target: z.number().nullable().describe('No more trials are asked for once the objective is as good as this.'),
  trialsWithoutProgress: z
    .int()
    .min(1)
    .max(MAX_TRIALS)
    .nullable()
    .describe('No more trials are asked for after so many of them in a row that were not better than the best before.'),
};

const parallel = z
  .int()
  .min(1)
  .max(MAX_PARALLEL)
  .describe('How many trials run at once. Left out: as many as the service trains at once.');
const maxSeconds = z
  .number()
  .min(1)
  .max(MAX_SECONDS)
  .nullable()
  .describe('After so many seconds of running no more trials are asked for, and those that run are stopped.');
const external = z
  .boolean()
  .describe(
    'Whether somebody else runs the trials: `POST /v1/sweeps/{id}/ask` gives one, `/tell` takes what came of it.',
  );

const EXAMPLE = {
  name: 'adult-search',
  job: { datasetId: DATASET_TO_REPLACE, target: 'income' },
  space: {
    'training.optimizer.learningRate': { type: 'logUniform' as const, min: 1e-4, max: 1e-1 },
    'network.layers': { type: 'choice' as const, values: [[{ units: 32 }], [{ units: 64 }, { units: 32 }]] },
  },
  search: { algorithm: 'tpe' as const, trials: 50, seed: 1 },
  pruning: { type: 'asha' as const },
  objective: { metric: 'validationLoss', goal: 'minimize' as const },
  parallel: 2,
  maxSeconds: null,
};

/** A search as a client asks for it; a job and a space are enough. */
export const sweepRequestSchema = z
  .strictObject({
    name: givenName.optional().describe("What people call it; left out: the job's target."),
    job: job.optional(),
    space: spaceSchema,
    search: z
      .strictObject({
        ...search,
        algorithm: search.algorithm.default('tpe'),
        trials: trials.optional(),
        seed: search.seed.default(1),
      })
      .prefault({})
      .describe('How trials are chosen.'),
    pruning: pruningSchema.nullable().default(null).describe('Whether trials that promise little are given up early.'),
    objective: objectivesRequest.prefault({ metric: 'validationLoss' }),
    parallel: parallel.optional(),
    maxSeconds: maxSeconds.default(null),
    completion: z
      .strictObject({
        target: completion.target.default(null),
        trialsWithoutProgress: completion.trialsWithoutProgress.default(null),
      })
      .prefault({})
      .describe('When it is enough.'),
    external: external.default(false),
  })
  .meta({
    id: 'SweepRequest',
    description: 'A search for hyperparameters: a job, and a space of what is varied of it.',
    examples: [EXAMPLE],
  });
export type SweepRequest = z.output<typeof sweepRequestSchema>;

/** The whole request, every default filled in: what is kept and what the sweep's answer shows. */
export const sweepSettings = {
  job: job.nullable(),
  space: spaceSchema,
  search: z.object(search),
  pruning: pruningSchema.nullable(),
  objective: objectivesSchema,
  parallel,
  maxSeconds,
  completion: z.object(completion),
  external,
};

const storedSchema = z.object({
  ...sweepSettings,
  /** What the job has by default, where it is not said: the trials of a later version are the same. Null where somebody else runs them. */
  usual: z.record(z.string(), jsonValue).nullable(),
});
export type SweepSettings = z.output<typeof storedSchema>;

/** How many trials: as many as a client has said, or what is usual; no more than a grid has points. */
export function trialLimit(given: number | undefined, gridSize: number | null): number {
  const wanted = given ?? (gridSize === null ? DEFAULT_TRIALS : MAX_TRIALS);
  return Math.min(wanted, gridSize ?? MAX_TRIALS);
}
