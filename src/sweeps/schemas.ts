import { z } from 'zod';
import { jobErrorSchema } from '../jobs/schemas.ts';
import { givenName, pageOf, pageQuery, repeatable } from '../kit/contract/wire.ts';
import { jsonValue } from '../search/space/parameter.ts';
import { SWEEP_ENDS, SWEEP_STATES, TRIAL_STATES } from '../store/database/tables.ts';
import { MAX_TRIALS, sweepSettings } from './request/schema.ts';

const time = z.iso.datetime();
const parametersSchema = z
  .record(z.string(), jsonValue)
  .describe('A value for each path of the space that is asked.')
  .meta({ examples: [{ 'training.optimizer.learningRate': 0.003, 'training.batchSize': 64 }] });
export const trialNumber = z.int().min(0).describe('From 0 on, in the order in which the trials were asked.');
const objective = z
  .number()
  .nullable()
  .describe(
    'What it has come to, so far while it runs; of several objectives the first. Null: nothing yet, or it failed.',
  );
const objectives = z
  .record(z.string(), z.number())
  .nullable()
  .describe('Every objective by its metric; null while there is none.');
const sweepErrorSchema = z.object({ code: z.string(), message: z.string() });

/** Thousands may be on a Pareto front. */
export const MAX_FRONT_SHOWN = 100;

export const trialSchema = z
  .object({
    number: trialNumber,
    state: z
      .enum(TRIAL_STATES)
      .describe('`paused`: it waits for its turn to go on; `pruned`: others promised more; the last four are final.'),
    parameters: parametersSchema,
    objective,
    objectives,
    epochs: z
      .int()
      .nullable()
      .describe('Epochs that are done; of a trial that runs elsewhere the last that was reported, null: none was.'),
    jobId: z.string().nullable().describe('The job that trains it; null where there is none, or it was deleted.'),
    modelId: z
      .string()
      .nullable()
      .describe('The model of a trial that has succeeded; it stays when the job is deleted.'),
    error: z.union([jobErrorSchema, sweepErrorSchema]).nullable().describe('Why it failed.'),
    leaseUntil: time.nullable().describe('Until when whoever asked for it holds it; null where nobody does.'),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Trial', description: 'One choice of hyperparameters, and what it came to.' });
export type Trial = z.infer<typeof trialSchema>;

const bestSchema = trialSchema
  .pick({ number: true, objective: true, objectives: true, parameters: true, jobId: true, modelId: true })
  .meta({ id: 'BestTrial' });

const countsSchema = z
  .object(
    Object.fromEntries(TRIAL_STATES.map((state) => [state, z.int().min(0)])) as Record<
      (typeof TRIAL_STATES)[number],
      z.ZodInt
    >,
  )
  .describe('How many trials are in each state.');

export const sweepSchema = z
  .object({
    id: z.string().meta({ examples: ['swp_01jd8m9wq2t5n8x1c4v7b0k3z6'] }),
    name: z.string(),
    state: z.enum(SWEEP_STATES).describe('The last three are final, until the sweep is resumed.'),
    endedBy: z
      .enum(SWEEP_ENDS)
      .nullable()
      .describe(
        'Why no more trials are asked for: all were, the space is used up, time is up, the target is reached, or there was no progress.',
      ),
    datasetId: z.string().nullable(),
    counts: countsSchema,
    epochs: z.int().min(0).describe('Epochs that all trials together have trained.'),
    seconds: z.number().min(0).describe('How long it has been running.'),
    etaSeconds: z
      .number()
      .nullable()
      .describe('Time left if all trials are needed; null before the pace is known, or when it does not run.'),
    best: bestSchema
      .nullable()
      .describe('The best trial that has succeeded; null before there is one, and with several objectives.'),
    front: z
      .array(bestSchema)
      .nullable()
      .describe(
        `With several objectives, the trials that no other one beats in all of them (the Pareto front), the first ${MAX_FRONT_SHOWN} by number: \`/trials?front=true\` lists all; null with one.`,
      ),
    frontSize: z.int().min(0).nullable().describe('How many trials are on the Pareto front; null with one objective.'),
    trajectory: z
      .array(z.object({ number: trialNumber, objective: z.number(), at: time }))
      .describe(
        'Each trial that was better than all before it, in the order in which they ended; of several objectives by the first.',
      ),
    ...sweepSettings,
    error: sweepErrorSchema.nullable().describe('Null unless the sweep has failed.'),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Sweep', description: 'A search for hyperparameters and how it stands.' });
export type Sweep = z.infer<typeof sweepSchema>;

const sweepSummarySchema = sweepSchema
  .omit({ job: true, space: true, front: true, frontSize: true, trajectory: true })
  .meta({
    id: 'SweepSummary',
    description:
      'A sweep as lists show it: without `job` and `space`, which may have megabytes, and without `front`, `frontSize` and `trajectory`, which grow with its trials. `GET /v1/sweeps/{id}` has them.',
  });
export type SweepSummary = z.infer<typeof sweepSummarySchema>;

export const sweepPage = pageOf(sweepSummarySchema).meta({ id: 'SweepPage', description: 'Sweeps, newest first.' });
export const sweepParams = z.object({ id: z.string().describe('The id of a sweep.') });

export const sweepsQuery = pageQuery.extend({
  state: repeatable(z.enum(SWEEP_STATES)).optional().describe('Only sweeps in this state; may be given several times.'),
  datasetId: z.string().optional().describe('Only sweeps on this dataset.'),
});
export type SweepsQuery = z.output<typeof sweepsQuery>;

export const trialPage = pageOf(trialSchema).meta({ id: 'TrialPage' });
export const trialsQuery = pageQuery.extend({
  state: repeatable(z.enum(TRIAL_STATES)).optional().describe('Only trials in this state; may be given several times.'),
  front: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: only those that no other one beats in all objectives, the Pareto front.'),
  sort: z
    .enum(['number', 'objective'])
    .default('number')
    .describe('By what they are ordered; what has no objective comes last.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('Upwards or downwards.'),
});
export type TrialsQuery = z.output<typeof trialsQuery>;

export const resumeRequest = z
  .strictObject({
    trials: z.int().min(1).max(MAX_TRIALS).optional().describe('How many more, beside those that are left.'),
  })
  .meta({ id: 'SweepResumption', examples: [{}, { trials: 20 }] });

export const previewSchema = z
  .object({
    trials: z.int().describe('How many trials there will be at most.'),
    epochs: z
      .object({ most: z.int(), expected: z.int() })
      .nullable()
      .describe(
        'Epochs of all trials together: at most, and with the pruning about; early stopping is not counted in. Null of an external sweep.',
      ),
    seconds: z
      .number()
      .nullable()
      .describe(
        'About how long it will run on this machine, by how long the last jobs took: those on the dataset, or on any where there are none; null of an external sweep.',
      ),
    measuredOn: z
      .int()
      .min(0)
      .describe('How many jobs the seconds are measured on; 0: from the shapes alone, good for "seconds or hours".'),
    bytes: z.number().nullable().describe('About what the models will take of the disk; null of an external sweep.'),
    first: z.array(parametersSchema).describe('The first ten trials at most, as they would be asked.'),
    ...sweepSettings,
  })
  .meta({ id: 'SweepPreview', description: 'What a sweep would do; nothing has been run.' });
export type SweepPreview = z.infer<typeof previewSchema>;

export const importanceSchema = z
  .object({
    method: z.literal('fanova').describe('Functional ANOVA over a forest (Hutter, Hoos and Leyton-Brown, 2014).'),
    trials: z.int().describe('How many trials were looked at.'),
    items: z
      .array(z.object({ parameter: z.string(), importance: z.number().min(0).max(1) }))
      .describe('The most important first; together 1, or all 0 where all trials came to the same.'),
  })
  .meta({
    id: 'SweepImportance',
    description: 'How much each hyperparameter mattered for the objective, over the whole space.',
    example: {
      method: 'fanova',
      trials: 50,
      items: [
        { parameter: 'training.optimizer.learningRate', importance: 0.83 },
        { parameter: 'training.batchSize', importance: 0.17 },
      ],
    },
  });
export type SweepImportance = z.infer<typeof importanceSchema>;

export const ensembleRequest = z
  .strictObject({
    trials: z.int().min(2).max(64).default(5).describe('How many of the best trials.'),
    name: givenName.optional(),
  })
  .meta({ id: 'EnsembleRequest', examples: [{ trials: 5 }] });
export type EnsembleRequest = z.output<typeof ensembleRequest>;
