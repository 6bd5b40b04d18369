import { z } from 'zod';
import { pageOf, pageQuery, repeatable } from '../kit/contract/wire.ts';
import { warningSchema } from '../kit/warning.ts';
import { JOB_STATES, REQUESTED_ACTIONS } from '../store/database/tables.ts';
import { MAX_EPOCHS } from '../training/schemas/training.ts';
import { FAILURE_CODES } from './failures.ts';
import { labelFilter } from './submission/labels.ts';
import { estimateSchema } from './submission/previewSchema.ts';
import { jobHyperparametersSchema } from './submission/requestSchema.ts';

const MAX_LOSSES = 10_000;

const jobState = z.enum(JOB_STATES);
const time = z.iso.datetime();

const progressSchema = z
  .object({
    epoch: z.int().describe('Complete epochs.'),
    epochs: z.int().describe('Maximum number of epochs: early stopping may end the training sooner.'),
    step: z.int().describe('Complete mini-batches.'),
    fraction: z.number().min(0).max(1).describe('0 to 1.'),
    rowsPerSecond: z.number().describe('Training rows per second, measured recently.'),
    etaSeconds: z
      .number()
      .nullable()
      .describe('Remaining time if all epochs are needed; null before the throughput is known.'),
    threads: z.int().min(1).describe('Cores that the training currently uses.'),
  })
  .meta({
    id: 'JobProgress',
    description: 'The progress of the training.',
    example: { epoch: 12, epochs: 50, step: 1608, fraction: 0.24, rowsPerSecond: 910000, etaSeconds: 4.1, threads: 1 },
  });

export const jobErrorSchema = z.object({
  code: z.enum(FAILURE_CODES).describe('A stable code for programs.'),
  message: z.string().describe('Why the job failed, and what to do about it.'),
});

export const jobSchema = z
  .object({
    id: z.string().meta({ examples: ['job_01jd8m9wq2t5n8x1c4v7b0k3z6'] }),
    name: z.string().describe('A name for people.'),
    datasetId: z.string().nullable().describe('Null when the dataset was deleted.'),
    state: jobState.describe('`succeeded`, `failed` and `cancelled` are final, until the job is retried or extended.'),
    requested: z
      .enum(REQUESTED_ACTIONS)
      .nullable()
      .describe('The action that was requested and not performed yet; null if there is none.'),
    queuePosition: z.int().min(1).nullable().describe('1 runs next; null when the job is not queued.'),
    progress: progressSchema.nullable().describe('Null before the training has started.'),
    latest: z
      .record(z.string(), z.number().nullable())
      .nullable()
      .describe(
        'Losses and metrics of the last epoch. Of an ensemble: the running selection, with its `score` on the validation rows (lower is better), `bestMemberScore`, and how many snapshots of how many networks are `selected`.',
      )
      .meta({ examples: [{ trainingLoss: 0.291, validationLoss: 0.301, accuracy: 0.861 }] }),
    best: z
      .object({ epoch: z.int().min(1) })
      .catchall(z.number().nullable())
      .nullable()
      .describe('The best epoch so far: its parameters become the model. Null for an ensemble.')
      .meta({ examples: [{ epoch: 11, validationLoss: 0.3 }] }),
    hyperparameters: jobHyperparametersSchema,
    attempts: z
      .int()
      .min(0)
      .describe(
        'How often the job was started: again after its process died, after a retry and after an extension. Pauses, orderly restarts of the service and preemptions do not count. It is not a limit: a job fails as `worker_crashed` only when its process died several times while it ran alone.',
      ),
    modelId: z.string().nullable().describe('The last model that the job created; null until it has succeeded.'),
    error: jobErrorSchema
      .extend({
        fix: z
          .record(z.string(), z.number())
          .optional()
          .describe(
            'Of `loss_diverged`, except in lists: the fields that `POST /v1/jobs/{id}/retry` with `{"fix": true}` changes, with their new values.',
          )
          .meta({ examples: [{ 'training.optimizer.learningRate': 0.001, 'training.clipGradientNorm': 1 }] }),
      })
      .nullable()
      .describe('Null unless the job has failed.'),
    estimate: estimateSchema.nullable().describe('The cost of the whole training; null unless the job is queued.'),
    warnings: z
      .array(warningSchema)
      .describe('Notable facts that do not stop the training, such as columns that were left out.'),
    labels: z.record(z.string(), z.string()).describe('Labels to search jobs by.'),
    priority: z.int().describe('A job of a higher priority runs first.'),
    sweepId: z
      .string()
      .nullable()
      .describe('The sweep of the trial; null if the job is no trial, or the sweep was deleted.'),
    trial: z
      .int()
      .min(0)
      .nullable()
      .describe('The number of the trial in its sweep, from 0; null if the job is no trial.'),
    createdAt: time.describe('When it was queued.'),
    startedAt: time.nullable().describe('When it last started to run; null while it is queued.'),
    finishedAt: time.nullable().describe('When it reached its final state.'),
  })
  .meta({ id: 'Job', description: 'One training and its state.' });
export type Job = z.infer<typeof jobSchema>;

export const submitQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .describe(
      '`true`: checks the request and returns what it would train and cost. It queues nothing, needs no quota and ignores an Idempotency-Key.',
    ),
});

const jobSummarySchema = jobSchema.omit({ hyperparameters: true, estimate: true, warnings: true }).meta({
  id: 'JobSummary',
  description:
    'A job in lists: without `estimate`, and without `hyperparameters` and `warnings`, which grow with the columns of the dataset. `GET /v1/jobs/{id}` has them.',
});
export type JobSummary = z.infer<typeof jobSummarySchema>;

export const jobPageSchema = pageOf(jobSummarySchema).meta({ id: 'JobPage', description: 'Jobs, newest first.' });

export const retrySchema = z
  .strictObject({
    fix: z
      .boolean()
      .default(false)
      .describe(
        'Of a job that failed with `loss_diverged`: trains with smaller steps. The learning rate is a tenth, at most the default of the optimizer, and gradients are clipped to the norm 1.',
      ),
  })
  .meta({ id: 'JobRetry', description: 'How a job is retried.', example: { fix: true } });

export const extensionSchema = z
  .strictObject({
    epochs: z.int().min(1).max(MAX_EPOCHS).describe('The number of additional epochs.'),
    after: z
      .int()
      .min(1)
      .max(MAX_EPOCHS)
      .optional()
      .describe(
        'The number of complete epochs (`progress.epoch`); the response is 409 if it differs. A request that is repeated because its response was lost then extends the job only once.',
      ),
  })
  .meta({
    id: 'JobExtension',
    description: 'The extension of a training.',
    examples: [{ epochs: 20 }, { epochs: 20, after: 50 }],
  });

export const jobsQuery = pageQuery.extend({
  state: repeatable(jobState).optional().describe('Only jobs in this state; can be repeated.'),
  datasetId: z.string().optional().describe('Only jobs on this dataset.'),
  sweepId: z.string().optional().describe('Only the trials of this sweep.'),
  trials: z
    .enum(['true', 'false'])
    .optional()
    .describe('`true`: the trials of sweeps as well. Otherwise they are left out, unless `sweepId` names their sweep.'),
  label: repeatable(labelFilter)
    .optional()
    .describe('Only jobs with this label, as name:value; if repeated, jobs must have all of them.'),
});
export type JobsQuery = z.output<typeof jobsQuery>;

export const lossSchema = z
  .object({
    epoch: z.int().min(1).describe('From 1.'),
    step: z.int().min(1).describe('Mini-batches since the training began.'),
    trainingLoss: z.number().describe('The mean over the epoch, measured during training.'),
    validationLoss: z.number().nullable().describe('After the epoch; null without validation rows.'),
    metrics: z.record(z.string(), z.number().nullable()).describe('On the validation rows, after the epoch.'),
    learningRate: z.number().describe('At the end of the epoch.'),
    seconds: z.number().describe('The duration of the epoch.'),
  })
  .meta({
    id: 'Loss',
    description: 'One epoch.',
    example: {
      epoch: 1,
      step: 134,
      trainingLoss: 0.38,
      validationLoss: 0.34,
      metrics: { accuracy: 0.84 },
      learningRate: 0.001,
      seconds: 0.05,
    },
  });

export const lossesSchema = z
  .object({
    items: z.array(lossSchema).describe('In ascending order of epochs.'),
    next: z.string().nullable().describe('Pass it as `after` for the next epochs; null if there are none yet.'),
  })
  .meta({ id: 'Losses', description: 'The epochs of a job, in ascending order.' });
export type Losses = z.infer<typeof lossesSchema>;

export const lossesQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).describe('Only epochs after this one.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LOSSES)
    .default(MAX_LOSSES)
    .describe('Maximum number of epochs. A page of more than about 4 MiB ends early, with `next`.'),
});
export type LossesQuery = z.output<typeof lossesQuery>;

export const jobParams = z.object({ id: z.string().describe('The id of a job.') });

/** A log line about a job, which its events contain. */
export const logSchema = z.object({
  level: z.enum(['info', 'warning']),
  code: z.string().describe('A stable code for programs.'),
  message: z.string().describe('A message for people.'),
  column: z.string().optional().describe('The column that it is about.'),
});
export type Log = Readonly<z.infer<typeof logSchema>>;
