import { z } from 'zod';
import { SWEEP_ENDS, SWEEP_STATES } from '../../store/database/tables.ts';
import { trialSchema } from '../trials/schemas.ts';

const SWEEP_ID = 'swp_01jd8m9wq2t5n8x1c4v7b0k3z6';
const AT = '2026-11-28T08:00:00.000Z';

const id = z.string().describe('Send the last one as `Last-Event-ID` to resume after it.');
const about = {
  sweepId: z.string().describe('The id of the sweep.'),
  at: z.iso.datetime().describe('The time of the event.'),
};

const STATE = {
  id: '1',
  event: 'state' as const,
  data: { sweepId: SWEEP_ID, state: 'running' as const, endedBy: null, error: null, at: AT },
};
const TRIAL = {
  id: '2',
  event: 'trial' as const,
  data: {
    ...{
      sweepId: SWEEP_ID,
      number: 0,
      state: 'succeeded' as const,
      objective: 0.31,
      jobId: 'job_01jd8m9wq2t5n8x1c4v7b0k3z6',
    },
    ...{ parameters: { 'training.batchSize': 64 }, at: AT },
  },
};
const BEST = { id: '3', event: 'best' as const, data: { sweepId: SWEEP_ID, number: 0, objective: 0.31, at: AT } };

const stateEvent = z
  .object({
    id,
    event: z.literal('state'),
    data: z.object({
      ...about,
      state: z.enum(SWEEP_STATES),
      endedBy: z.enum(SWEEP_ENDS).nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  })
  .meta({ id: 'SweepStateEvent', description: 'A sweep entered a state.', example: STATE });
const trialEvent = z
  .object({
    id,
    event: z.literal('trial'),
    data: z.object({
      ...about,
      ...trialSchema.pick({ number: true, state: true, objective: true, parameters: true, jobId: true }).shape,
    }),
  })
  .meta({ id: 'TrialEvent', description: 'A trial entered a state.', example: TRIAL });
const bestEvent = z
  .object({
    id,
    event: z.literal('best'),
    data: z.object({ ...about, number: z.int().min(0), objective: z.number() }),
  })
  .meta({ id: 'BestEvent', description: 'A trial was better than all earlier ones.', example: BEST });

/** The events of a sweep's stream. `data` is JSON on the wire. */
export const sweepEventSchema = z
  .discriminatedUnion('event', [stateEvent, trialEvent, bestEvent])
  .meta({ examples: [STATE, TRIAL, BEST] });
