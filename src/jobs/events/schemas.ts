import { z } from 'zod';
import { JOB_STATES } from '../../store/database/tables.ts';
import { jobErrorSchema, logSchema, lossSchema } from '../schemas.ts';

const JOB_ID = 'job_01jd8m9wq2t5n8x1c4v7b0k3z6';
const AT = '2026-11-23T08:00:00.000Z';

const id = z.string().describe('Pass the last one as `Last-Event-ID` to resume after it.');
const jobId = z.string().describe('The job of the event.');
const at = z.iso.datetime().describe('When it happened.');

const stateData = z.object({
  jobId,
  state: z.enum(JOB_STATES).describe('The new state of the job.'),
  attempts: z.int().min(0).describe('How often the job was started.'),
  modelId: z.string().nullable().describe('The model of a job that has succeeded.'),
  error: jobErrorSchema.nullable().describe('Why a job has failed.'),
  at,
});

const logData = z.object({ jobId, ...logSchema.shape, at });

const STATE = {
  id: '0-7',
  event: 'state' as const,
  data: { jobId: JOB_ID, state: 'running' as const, attempts: 1, modelId: null, error: null, at: AT },
};
const EPOCH = {
  id: '1-0',
  event: 'epoch' as const,
  data: {
    ...{ jobId: JOB_ID, epoch: 1, step: 134, trainingLoss: 0.38, validationLoss: 0.34 },
    ...{ metrics: { accuracy: 0.84 }, learningRate: 0.001, seconds: 0.05 },
  },
};
const LOG = {
  id: '12-41',
  event: 'log' as const,
  data: { jobId: JOB_ID, level: 'warning' as const, code: 'worker_died', message: 'The worker process died.', at: AT },
};

const stateEvent = z
  .object({ id, event: z.literal('state'), data: stateData })
  .meta({ id: 'StateEvent', description: 'The state of a job changed.', example: STATE });
const epochEvent = z
  .object({ id, event: z.literal('epoch'), data: z.object({ jobId, ...lossSchema.shape }) })
  .meta({ id: 'EpochEvent', description: 'The losses and metrics of one epoch.', example: EPOCH });
const logEvent = z
  .object({ id, event: z.literal('log'), data: logData })
  .meta({ id: 'LogEvent', description: 'A warning, or a notable fact about a training.', example: LOG });

/** The events of the stream of a job; `data` is JSON in the stream. */
export const jobEventSchema = z
  .discriminatedUnion('event', [stateEvent, epochEvent, logEvent])
  .meta({ examples: [STATE, EPOCH, LOG] });
/** The events of the stream of all jobs. */
export const anyJobEventSchema = z.discriminatedUnion('event', [stateEvent, logEvent]).meta({ examples: [STATE, LOG] });
