import type { Counter } from 'prom-client';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';
import type { Due, OutboxStore } from './outboxStore.ts';
import { pauseAfter } from './schedule.ts';
import type { Send } from './send.ts';

export interface DelivererDeps {
  readonly outbox: OutboxStore;
  readonly send: Send;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Counts the calls by outcome. */
  readonly calls?: Counter<'outcome'> | undefined;
  readonly log: Logger;
}

/**
 * Makes the pending calls until it is stopped: many in parallel, few per project, one per webhook.
 */
export interface Deliverer {
  /** Checks for due deliveries. */
  poll(): void;
  /** Aborts the running calls and makes them due again. Resolves when this is written. */
  stop(): Promise<void>;
}

const MAX_CONCURRENT = 16;
/** Receivers that hang delay only the other webhooks of their project. */
const MAX_PER_PROJECT = 4;
/** Retries become due, and other processes end jobs, without a notification. */
const POLL_MS = 1000;
/**
 * A call takes at most 10 seconds. After a crash during a call the delivery is due again after this
 * time.
 */
const LEASE_MS = 30_000;
/** Finished deliveries are listed for this long. */
const RETENTION_MS = 30 * 86_400_000;
const PURGE_INTERVAL_MS = 3_600_000;
/** HTTP 410: the receiver wants no more calls. */
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
      'a call to a webhook failed',
    );
    if (pauseMs === undefined) await outbox.finish(due.id, 'failed', outcome, clock());
    else await outbox.postpone(due.id, outcome, Math.round(clock() + pauseMs));
  };

  const begin = (due: Due): void => {
    const delivered = deliver(due)
      .catch((error) =>
        log.error({ err: error, delivery: due.id }, 'the outcome of a call to a webhook could not be written'),
      )
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
      .catch((error) => log.error({ err: error }, 'the pending deliveries could not be read; retrying'))
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
