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

// Object.keys loses the type of the keys.
const ALGORITHMS = Object.keys(SAMPLERS) as [Algorithm, ...Algorithm[]];

const trials = z
  .int()
  .min(1)
  .max(MAX_TRIALS)
  .describe('The maximum number of trials, limited to the size of a grid. Default: 50, or all points of a grid.')
  .meta({ examples: [DEFAULT_TRIALS] });

const search = {
  algorithm: z
    .enum(ALGORITHMS)
    .describe(`${ALGORITHMS.map((name) => `\`${name}\`: ${SAMPLERS[name].summary}`).join('; ')}.`),
  trials,
  seed: seedSchema.describe('The same seed and `parallel` give the same trials in the same order.'),
};

/** More than the fields of a job request, so that an unknown field is reported by name. */
const MAX_JOB_FIELDS = 100;

const job = limitedRecord(z.string(), jsonValue, MAX_JOB_FIELDS)
  .describe('The job request that all trials share, as for `POST /v1/jobs`.')
  .meta({ examples: [{ datasetId: DATASET_TO_REPLACE, target: 'income' }] });

const completion = {
  target: z.number().nullable().describe('No more trials are created when the objective reaches this value.'),
  trialsWithoutProgress: z
    .int()
    .min(1)
    .max(MAX_TRIALS)
    .nullable()
    .describe('No more trials are created after this many consecutive trials without a new best.'),
};

const parallel = z
  .int()
  .min(1)
  .max(MAX_PARALLEL)
  .describe(
    'The number of trials that run in parallel. Default: the number of jobs that the service trains in parallel.',
  );
const maxSeconds = z
  .number()
  .min(1)
  .max(MAX_SECONDS)
  .nullable()
  .describe('The maximum run time in seconds. Then no more trials are created and running ones are stopped.');
const external = z
  .boolean()
  .describe(
    'Whether the client runs the trials: `POST /v1/sweeps/{id}/ask` returns a trial, `/tell` stores its result.',
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

/** The request of a sweep. Only `job` and `space` are required. */
export const sweepRequestSchema = z
  .strictObject({
    name: givenName.optional().describe('A name to show. Default: the names of the dataset and of the target.'),
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
      .describe('How the values of trials are chosen.'),
    pruning: pruningSchema
      .nullable()
      .default(null)
      .describe('Whether trials that are not promising are stopped early.'),
    objective: objectivesRequest.prefault({ metric: 'validationLoss' }),
    parallel: parallel.optional(),
    maxSeconds: maxSeconds.default(null),
    completion: z
      .strictObject({
        target: completion.target.default(null),
        trialsWithoutProgress: completion.trialsWithoutProgress.default(null),
      })
      .prefault({})
      .describe('Conditions that end the sweep early.'),
    external: external.default(false),
  })
  .meta({
    id: 'SweepRequest',
    description: 'A search for hyperparameters: a job, and the space of the values to try.',
    examples: [EXAMPLE],
  });
export type SweepRequest = z.output<typeof sweepRequestSchema>;

/** The request with every default filled in, as it is stored and returned. */
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
  /**
   * The default settings of the job, so that a later version runs the same trials. Null for an
   * external sweep.
   */
  defaults: z.record(z.string(), jsonValue).nullable(),
});
export type SweepSettings = z.output<typeof storedSchema>;

/** The maximum number of trials: the given one or the default, limited to the size of a grid. */
export function trialLimit(given: number | undefined, gridSize: number | null): number {
  const wanted = given ?? (gridSize === null ? DEFAULT_TRIALS : MAX_TRIALS);
  return Math.min(wanted, gridSize ?? MAX_TRIALS);
}
