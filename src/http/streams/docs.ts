import { z } from 'zod';
import { anyJobEventSchema, jobEventSchema } from '../../jobs/events/schemas.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { sweepEventSchema } from '../../sweeps/events/schemas.ts';
import { EVENT_STREAM } from './eventStream.ts';

const tags = ['Jobs'];
const RESUME_HINT =
  'A client that is cut off sends the id of the last event that it has read, as browsers do of themselves, and goes on behind it: nothing is lost and nothing comes twice. ' +
  'A comment every 15 seconds keeps the connection alive.';

/** The documentation of `GET /v1/jobs/{id}/events`. */
export const JOB_EVENTS = {
  tags,
  operationId: 'streamJobEvents',
  summary: 'Follow a job',
  description:
    'Server-sent events from the first one: `state`, `epoch` and `log`, each with JSON as its data. The stream ends when the job is in a final state and all is told; ' +
    `whoever comes back then is answered 204. ${RESUME_HINT} An epoch is told once: after a crash the ones that are trained again keep their place, and the stream goes on with the first that is new.`,
  response: {
    200: streamOf('The events.', jobEventSchema),
    204: z.null().describe('The job is in a final state and nothing came after the last event that was read.'),
    ...errorResponses(400, 404, 503),
  },
};

/** The documentation of `GET /v1/events`. */
export const ALL_EVENTS = {
  tags,
  operationId: 'streamEvents',
  summary: 'Follow all jobs',
  description: `Server-sent events \`state\` and \`log\` of every job from now on, without end; \`lastEventId=0\` begins with the oldest that is kept. ${RESUME_HINT}`,
  response: { 200: streamOf('The events.', anyJobEventSchema), ...errorResponses(400, 503) },
};

/** The documentation of `GET /v1/sweeps/{id}/events`. */
export const SWEEP_EVENTS = {
  tags: ['Sweeps'],
  operationId: 'streamSweepEvents',
  summary: 'Follow a sweep',
  description:
    'Server-sent events from the first one: `state` of the sweep, `trial` whenever a trial comes into a state, and `best` whenever one that has succeeded is better than all before, each with JSON as its data. ' +
    `The stream ends when the sweep is in a final state and all is told; whoever comes back then is answered 204. ${RESUME_HINT}`,
  response: {
    200: streamOf('The events.', sweepEventSchema),
    204: z.null().describe('The sweep is in a final state and nothing came after the last event that was read.'),
    ...errorResponses(400, 404, 503),
  },
};

/** The schema says what each event is, which OpenAPI has no words for before 3.2. */
function streamOf(description: string, schema: z.ZodType) {
  return { description, content: { [EVENT_STREAM]: { schema } } };
}
