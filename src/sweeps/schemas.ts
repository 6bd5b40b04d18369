import { z } from 'zod';
import { givenName, pageOf, pageQuery, repeatable } from '../kit/contract/wire.ts';
import { SWEEP_ENDS, SWEEP_STATES, TRIAL_STATES } from '../store/database/tables.ts';
import { MAX_TRIALS, sweepSettings } from './request/schema.ts';
import { bestSchema, parametersSchema, sweepErrorSchema, trialNumber } from './trials/schemas.ts';

const time = z.iso.datetime();

/** A Pareto front can have thousands of trials. */
export const MAX_FRONT_SHOWN = 100;

const countsSchema = z
  .object(
    Object.fromEntries(TRIAL_STATES.map((state) => [state, z.int().min(0)])) as Record<
      (typeof TRIAL_STATES)[number],
      z.ZodInt
    >,
  )
  .describe('The number of trials in each state.');

export const sweepSchema = z
  .object({
    id: z.string().meta({ examples: ['swp_01jd8m9wq2t5n8x1c4v7b0k3z6'] }),
    name: z.string(),
    state: z.enum(SWEEP_STATES).describe('The last three are final until the sweep is resumed.'),
    endedBy: z
      .enum(SWEEP_ENDS)
      .nullable()
      .describe(
        'Why no more trials are created: all were created, the grid is exhausted, the time limit or the target was reached, or there was no progress.',
      ),
    datasetId: z.string().nullable(),
    counts: countsSchema,
    epochs: z.int().min(0).describe('The sum of the epochs of all trials.'),
    seconds: z.number().min(0).describe('How long the sweep has been running.'),
    etaSeconds: z
      .number()
      .nullable()
      .describe(
        'The estimated time until all trials have ended; null before the first trial ends and while the sweep is not running.',
      ),
    best: bestSchema
      .nullable()
      .describe('The best succeeded trial; null before the first one, and with several objectives.'),
    front: z
      .array(bestSchema)
      .nullable()
      .describe(
        `With several objectives, the Pareto front: the trials that no other trial beats in all objectives. Only the first ${MAX_FRONT_SHOWN} by number; \`/trials?front=true\` lists all. Null with one objective.`,
      ),
    frontSize: z.int().min(0).nullable().describe('The number of trials on the Pareto front; null with one objective.'),
    trajectory: z
      .array(z.object({ number: trialNumber, objective: z.number(), at: time }))
      .describe(
        'Each trial that was better than all trials before it, in the order in which they ended. With several objectives, by the first.',
      ),
    ...sweepSettings,
    error: sweepErrorSchema.nullable().describe('Null unless the sweep failed.'),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Sweep', description: 'A search for hyperparameters and its state.' });
export type Sweep = z.infer<typeof sweepSchema>;

const sweepSummarySchema = sweepSchema
  .omit({ job: true, space: true, front: true, frontSize: true, trajectory: true })
  .meta({
    id: 'SweepSummary',
    description:
      'A sweep as an item of a list, without the fields that can be large: `job`, `space`, `front`, `frontSize` and `trajectory`. `GET /v1/sweeps/{id}` returns them.',
  });
export type SweepSummary = z.infer<typeof sweepSummarySchema>;

export const sweepPage = pageOf(sweepSummarySchema).meta({ id: 'SweepPage', description: 'Sweeps, newest first.' });
export const sweepParams = z.object({ id: z.string().describe('The id of a sweep.') });

export const sweepsQuery = pageQuery.extend({
  state: repeatable(z.enum(SWEEP_STATES))
    .optional()
    .describe('Only sweeps in this state. Repeat the parameter for several states.'),
  datasetId: z.string().optional().describe('Only sweeps on this dataset.'),
});
export type SweepsQuery = z.output<typeof sweepsQuery>;

export const resumeRequest = z
  .strictObject({
    trials: z.int().min(1).max(MAX_TRIALS).optional().describe('How many trials to add to those that are left.'),
  })
  .meta({ id: 'SweepResumption', examples: [{}, { trials: 20 }] });

export const previewSchema = z
  .object({
    trials: z.int().describe('The maximum number of trials.'),
    epochs: z
      .object({ most: z.int(), expected: z.int() })
      .nullable()
      .describe(
        'The sum of the epochs of all trials: the maximum, and the estimate with pruning. Both ignore early stopping. Null for an external sweep.',
      ),
    seconds: z
      .number()
      .nullable()
      .describe(
        'The estimated run time on this machine, from the last jobs on the dataset, or on any dataset if there are none. Null for an external sweep.',
      ),
    measuredOn: z
      .int()
      .min(0)
      .describe(
        'The number of jobs that the estimate is based on. 0: only the shapes were used, so the estimate is rough.',
      ),
    bytes: z.number().nullable().describe('The estimated size of the stored models; null for an external sweep.'),
    first: z.array(parametersSchema).describe('The parameters of the first trials, at most ten.'),
    ...sweepSettings,
  })
  .meta({ id: 'SweepPreview', description: 'The estimate for a sweep that was not started.' });
export type SweepPreview = z.infer<typeof previewSchema>;

export const ensembleRequest = z
  .strictObject({
    trials: z.int().min(2).max(64).default(5).describe('The number of best trials to combine.'),
    name: givenName.optional(),
  })
  .meta({ id: 'EnsembleRequest', examples: [{ trials: 5 }] });
export type EnsembleRequest = z.output<typeof ensembleRequest>;
