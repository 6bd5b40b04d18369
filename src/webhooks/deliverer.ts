import type { Counter } from 'prom-client';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { Due, Outbox } from './outbox.ts';
import { pauseAfter } from './schedule.ts';
import type { Send } from './send.ts';

export interface DelivererDeps {
  readonly outbox: Outbox;
  readonly send: Send;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Counts what comes of the calls. */
  readonly calls?: Counter<'outcome'> | undefined;
  readonly log: Logger;
}

/** Makes the calls that are owed, until it is stopped: many at once, but few of a project, and one at a time to each webhook. */
export interface Deliverer {
  /** There may be something new. */
  poll(): void;
  /** Ends the calls that are being made, which are owed again; resolves when all is written. */
  stop(): Promise<void>;
}

const MAX_CONCURRENT = 16;
/** Receivers that hang hold up those of their own project alone. */
const MAX_PER_PROJECT = 4;
/** Retries come due, and other processes end jobs, without news. */
const POLL_MS = 1000;
/** A call takes 10 seconds at most; a process that dies during one leaves it owed after so long. */
const LEASE_MS = 30_000;
/** So long one can see what became of a delivery. */
const RETENTION_MS = 30 * 86_400_000;
const PURGE_INTERVAL_MS = 3_600_000;
/** What the receiver says when it never wants to be called again. */
const GONE = 410;

export function startDeliverer({ outbox, send, clock, random, calls, log }: DelivererDeps): Deliverer {
  const stopping = new AbortController();
  const calling = new Map<string, { readonly project: string; readonly delivered: Promise<void> }>();
  let polling: Promise<void> | undefined;
  let pollAgain = false;

  const deliver = async (due: Due): Promise<void> => {
    const call = { id: due.id, url: due.url, secret: due.secret, body: due.payload };
    const outcome = await send(call, stopping.signal).catch(() => undefined);
    if (outcome === undefined) return outbox.release(due.id, clock());
    if (outcome.error === null) calls?.inc({ outcome: 'delivered' });
    if (outcome.error === null) return outbox.finish(due.id, 'delivered', outcome, clock());
    const pauseMs = outcome.status === GONE ? undefined : pauseAfter(due.attempts, random());
    calls?.inc({ outcome: pauseMs === undefined ? 'given_up' : 'postponed' });
    log.warn(
      { delivery: due.id, webhook: due.webhookId, attempt: due.attempts, ...outcome },
      'a webhook was not taken',
    );
    if (pauseMs === undefined) await outbox.finish(due.id, 'failed', outcome, clock());
    else await outbox.postpone(due.id, outcome, Math.round(clock() + pauseMs));
  };

  const begin = (due: Due): void => {
    const delivered = deliver(due)
      .catch((error) => log.error({ err: error, delivery: due.id }, 'what came of a webhook could not be written'))
      .finally(() => {
        calling.delete(due.webhookId);
        poll();
      });
    calling.set(due.webhookId, { project: due.project, delivered });
  };

  const busy = () => {
    const ofProjects = Map.groupBy(calling.values(), ({ project }) => project);
    const full = [...ofProjects].filter(([, calls]) => calls.length >= MAX_PER_PROJECT);
    return { webhookIds: [...calling.keys()], projects: full.map(([project]) => project) };
  };

  const claimAll = async (): Promise<void> => {
    do {
      pollAgain = false;
      while (!stopping.signal.aborted && calling.size < MAX_CONCURRENT) {
        const due = await outbox.claim(clock(), clock() + LEASE_MS, busy());
        if (due === undefined) break;
        begin(due);
      }
    } while (pollAgain && !stopping.signal.aborted);
  };

  const poll = (): void => {
    pollAgain = true;
    polling ??= claimAll()
      .catch((error) => log.error({ err: error }, 'the webhooks that are owed could not be read; it is tried again'))
      .finally(() => {
        polling = undefined;
      });
  };

  const purge = () =>
    outbox
      .purge(clock() - RETENTION_MS)
      .catch((error) => log.error({ err: error }, 'old deliveries could not be deleted'));
  const timers = [setInterval(poll, POLL_MS), setInterval(purge, PURGE_INTERVAL_MS)];
  poll();

  const stop = async (): Promise<void> => {
    for (const timer of timers) clearInterval(timer);
    stopping.abort();
    await polling;
    await Promise.all([...calling.values()].map(({ delivered }) => delivered));
  };
  return { poll, stop };
}
