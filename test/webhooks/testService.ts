import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/database/database.ts';
import { startDeliverer } from '../../src/webhooks/deliverer.ts';
import { createOutboxStore } from '../../src/webhooks/outboxStore.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { createWebhooks } from '../../src/webhooks/service.ts';
import { log } from '../jobs/fixtures.ts';
import { TENANT } from '../support/access.ts';
import { moveTo } from '../support/jobStates.ts';

/**
 * The webhooks of a new database, which can call this machine. The test ends jobs and sets the
 * clock.
 */
export function openWebhooks(timeoutMs = 60_000) {
  const database = openDatabase(':memory:');
  onTestFinished(() => database.destroy());
  const time = { now: Date.parse('2026-11-23T08:00:00Z') };
  const clock = () => time.now;
  const send = createSender({ allowPrivate: true, userAgent: 'trainyard/test', clock, timeoutMs });
  const outbox = createOutboxStore(database);
  const parts = { database, send, allowPrivate: true, clock };
  let jobs = 0;
  return {
    database,
    time,
    parts,
    outbox,
    webhooks: createWebhooks(parts, TENANT),
    start() {
      const deliverer = startDeliverer({ outbox, send, clock, random: () => 0.5, log });
      onTestFinished(deliverer.stop);
      return deliverer;
    },
    /** Submits a job, cancels it in the queue and returns its id. */
    async endJob(project = TENANT.project): Promise<string> {
      const id = `job_${++jobs}`;
      const job = { id, project, name: 'iris', state: 'queued' as const, request: '{}', createdAt: time.now };
      const counts = { memoryBytes: 1, attempts: 0, crashes: 0, priority: 0, warnings: '[]' };
      await database
        .insertInto('jobs')
        .values({ ...job, ...counts })
        .execute();
      await moveTo(database, { to: 'cancelled', now: time.now }, id);
      return id;
    },
  };
}

export const EVERY = { limit: 200 };
