import { z } from 'zod';
import { jobErrorSchema } from '../../jobs/schemas.ts';
import { pageOf, pageQuery, repeatable } from '../../kit/contract/wire.ts';
import { jsonValue } from '../../search/space/parameter.ts';
import { TRIAL_STATES } from '../../store/database/tables.ts';

const time = z.iso.datetime();
export const parametersSchema = z
  .record(z.string(), jsonValue)
  .describe('The value of each active path of the space.')
  .meta({ examples: [{ 'training.optimizer.learningRate': 0.003, 'training.batchSize': 64 }] });
export const trialNumber = z.int().min(0).describe('Counts from 0, in the order in which the trials were created.');
const objective = z
  .number()
  .nullable()
  .describe(
    'The result, or the best so far while the trial runs; with several objectives, the first. Null: none yet, or the trial failed.',
  );
const objectives = z
  .record(z.string(), z.number())
  .nullable()
  .describe('Every objective by its metric; null before there is one.');
export const sweepErrorSchema = z.object({ code: z.string(), message: z.string() });

export const trialSchema = z
  .object({
    number: trialNumber,
    state: z
      .enum(TRIAL_STATES)
      .describe(
        '`paused`: waits for its turn to resume; `pruned`: other trials are more promising; the last four are final.',
      ),
    parameters: parametersSchema,
    objective,
    objectives,
    epochs: z
      .int()
      .nullable()
      .describe('Finished epochs; of an external trial the last reported epoch, null before the first report.'),
    jobId: z
      .string()
      .nullable()
      .describe('The job that trains the trial; null if it has none, or the job was deleted.'),
    modelId: z
      .string()
      .nullable()
      .describe('The model of a succeeded trial. Deleting the job does not delete the model.'),
    error: z.union([jobErrorSchema, sweepErrorSchema]).nullable().describe('Why the trial failed.'),
    leaseUntil: time.nullable().describe('When the lease of an external trial expires; null if it is not leased.'),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'Trial', description: 'One choice of hyperparameters and its result.' });
export type Trial = z.infer<typeof trialSchema>;

export const bestSchema = trialSchema
  .pick({ number: true, objective: true, objectives: true, parameters: true, jobId: true, modelId: true })
  .meta({ id: 'BestTrial' });
export type BestTrial = z.infer<typeof bestSchema>;

export const trialPage = pageOf(trialSchema).meta({ id: 'TrialPage' });
export const trialsQuery = pageQuery.extend({
  state: repeatable(z.enum(TRIAL_STATES))
    .optional()
    .describe('Only trials in this state. Repeat the parameter for several states.'),
  front: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: only trials that no other trial beats in all objectives (the Pareto front).'),
  sort: z
    .enum(['number', 'objective'])
    .default('number')
    .describe('The sort key. Trials without an objective come last.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('Ascending or descending.'),
});
export type TrialsQuery = z.output<typeof trialsQuery>;

export const importanceSchema = z
  .object({
    method: z.literal('fanova').describe('Functional ANOVA over a forest (Hutter, Hoos and Leyton-Brown, 2014).'),
    trials: z.int().describe('The number of trials that were used.'),
    items: z
      .array(z.object({ parameter: z.string(), importance: z.number().min(0).max(1) }))
      .describe('Most important first. The sum is 1, or all are 0 if every trial had the same result.'),
  })
  .meta({
    id: 'SweepImportance',
    description: 'The importance of each hyperparameter for the objective, over the whole space.',
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
