import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Gauge } from 'prom-client';
import { z } from 'zod';
import type { Events } from '../../jobs/events/service.ts';
import { jobParams } from '../../jobs/schemas.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import type { EventBatches, FollowOptions } from '../../notifications/follow.ts';
import type { SweepEvents } from '../../sweeps/events/service.ts';
import { sweepParams } from '../../sweeps/schemas.ts';
import { ALL_EVENTS, JOB_EVENTS, SWEEP_EVENTS } from './docs.ts';
import { EVENT_STREAM, eventStream } from './eventStream.ts';
import { createOpenStreams, type StreamLimits } from './openStreams.ts';

export interface StreamRoutesOptions {
  readonly events: (tenant: Tenant) => Events;
  readonly sweepEvents: (tenant: Tenant) => SweepEvents;
  readonly limits: StreamLimits;
  /** The number of open streams. */
  readonly gauge?: Pick<Gauge, 'inc' | 'dec'> | undefined;
  /** A comment is sent after this time without an event. */
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
/** Time for streams to end when the server closes. */
const END_MS = 1000;

const config = { scope: 'read' } as const;

const query = z.strictObject({
  lastEventId: z
    .string()
    .max(100)
    .optional()
    .describe('The same as the header `Last-Event-ID`, for clients that cannot send it.'),
});
const headers = z.object({
  'last-event-id': z
    .string()
    .max(100)
    .optional()
    .describe('The id of the last event that was read: the stream resumes after it.'),
});

/** Server-sent events: `/v1/jobs/{id}/events`, `/v1/sweeps/{id}/events` and `/v1/events`. */
export function streamRoutes({
  events,
  sweepEvents,
  limits,
  gauge,
  heartbeatMs = HEARTBEAT_MS,
}: StreamRoutesOptions): FastifyPluginAsyncZod {
  return async (app) => {
    const open = createOpenStreams(limits);
    const closing = new AbortController();
    app.addHook('preClose', async () => {
      closing.abort();
      await Promise.race([open.drained(), delay(END_MS, undefined, { ref: false })]);
    });

    /**
     * Responds with a stream, or with 204 if no more events follow, which prevents browsers from
     * reconnecting.
     */
    const respond = async (
      project: string,
      reply: FastifyReply,
      lastEventId: string | undefined,
      start: (following: FollowOptions) => Promise<EventBatches | undefined>,
    ) => {
      const disconnected = new AbortController();
      const leave = open.enter(project);
      gauge?.inc();
      const end = () => {
        disconnected.abort();
        leave();
        gauge?.dec();
      };
      // A client may have disconnected during the lookup of its key, when its close event had no
      // listener yet.
      if (reply.raw.destroyed) end();
      else reply.raw.once('close', end);
      const signal = AbortSignal.any([disconnected.signal, closing.signal]);
      const batches = await start({ lastEventId, quietMs: heartbeatMs, signal });
      if (batches === undefined) return reply.code(204).send(null);
      return reply.headers(STREAM_HEADERS).send(eventStream(batches));
    };

    app.get('/v1/jobs/:id/events', {
      config,
      schema: { ...JOB_EVENTS, params: jobParams, querystring: query, headers },
      handler: ({ caller, params, query, headers }, reply) =>
        respond(caller.project, reply, headers['last-event-id'] ?? query.lastEventId, (following) =>
          events(caller).ofJob(params.id, following),
        ),
    });

    app.get('/v1/sweeps/:id/events', {
      config,
      schema: { ...SWEEP_EVENTS, params: sweepParams, querystring: query, headers },
      handler: ({ caller, params, query, headers }, reply) =>
        respond(caller.project, reply, headers['last-event-id'] ?? query.lastEventId, (following) =>
          sweepEvents(caller).ofSweep(params.id, following),
        ),
    });

    app.get('/v1/events', {
      config,
      schema: { ...ALL_EVENTS, querystring: query, headers },
      handler: ({ caller, query, headers }, reply) =>
        respond(caller.project, reply, headers['last-event-id'] ?? query.lastEventId, events(caller).ofAll),
    });
  };
}

/** Proxies must neither cache nor buffer a stream. */
const STREAM_HEADERS = { 'content-type': EVENT_STREAM, 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
