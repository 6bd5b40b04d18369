import { z } from 'zod';
import { anyJobEventSchema, jobEventSchema } from '../../jobs/events/schemas.ts';
import { errorResponses } from '../../kit/contract/wire.ts';
import { sweepEventSchema } from '../../sweeps/events/schemas.ts';
import { EVENT_STREAM } from './eventStream.ts';

const tags = ['Jobs'];
const RESUME_HINT =
  'A disconnected client sends the id of the last event that it has read, as browsers do automatically, and resumes after it: no event is lost or repeated. ' +
  'A comment every 15 seconds keeps the connection alive.';

/** The documentation of `GET /v1/jobs/{id}/events`. */
export const JOB_EVENTS = {
  tags,
  operationId: 'streamJobEvents',
  summary: 'Follow a job',
  description:
    'Server-sent events from the first one: `state`, `epoch` and `log`, each with JSON as its data. The stream ends when the job is in a final state and all events are sent; ' +
    `a client that reconnects then gets 204. ${RESUME_HINT} Each epoch is reported once: epochs that are trained again after a crash are not repeated, and the stream continues with the first new one.`,
  response: {
    200: streamOf('The events.', jobEventSchema),
    204: z.null().describe('The job is in a final state and there are no events after the last one that was read.'),
    ...errorResponses(400, 404, 503),
  },
};

/** The documentation of `GET /v1/events`. */
export const ALL_EVENTS = {
  tags,
  operationId: 'streamEvents',
  summary: 'Follow all jobs',
  description: `Server-sent events \`state\` and \`log\` of every job from now on, without end; \`lastEventId=0\` starts with the oldest stored event. ${RESUME_HINT}`,
  response: { 200: streamOf('The events.', anyJobEventSchema), ...errorResponses(400, 503) },
};

/** The documentation of `GET /v1/sweeps/{id}/events`. */
export const SWEEP_EVENTS = {
  tags: ['Sweeps'],
  operationId: 'streamSweepEvents',
  summary: 'Follow a sweep',
  description:
    'Server-sent events from the first one: `state` of the sweep, `trial` whenever a trial changes its state, and `best` whenever a successful trial is better than all before, each with JSON as its data. ' +
    `The stream ends when the sweep is in a final state and all events are sent; a client that reconnects then gets 204. ${RESUME_HINT}`,
  response: {
    200: streamOf('The events.', sweepEventSchema),
    204: z.null().describe('The sweep is in a final state and there are no events after the last one that was read.'),
    ...errorResponses(400, 404, 503),
  },
};

/** The schema describes each event, which OpenAPI cannot express before version 3.2. */
function streamOf(description: string, schema: z.ZodType) {
  return { description, content: { [EVENT_STREAM]: { schema } } };
}
