import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../kit/clock.ts';
import type { Database } from '../store/database/database.ts';
import { JOB_STATES } from '../store/database/tables.ts';

const MS_PER_SECOND = 1000;

/** What the database knows of all jobs, whichever process runs them. It is counted when the figures are read. */
export function registerJobGauges(registry: Registry, database: Database, clock: Clock): void {
  new Gauge({
    name: 'trainyard_jobs',
    help: 'Jobs by state: `queued` is the length of the queue, `running` those that train now.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await countByState(database);
      for (const state of JOB_STATES) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  new Gauge({
    name: 'trainyard_queue_oldest_job_seconds',
    help: 'How long ago the oldest job that is in the queue was made; 0 when the queue is empty.',
    registers: [registry],
    async collect() {
      const oldest = await oldestQueued(database);
      this.set(oldest === null ? 0 : Math.max(0, clock() - oldest) / MS_PER_SECOND);
    },
  });
}

async function countByState(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database
    .selectFrom('jobs')
    .select((eb) => ['state' as const, eb.fn.countAll<number>().as('jobs')])
    .groupBy('state')
    .execute();
  return new Map(rows.map(({ state, jobs }) => [state, jobs]));
}

/** When it was made, in milliseconds since 1970. */
async function oldestQueued(database: Database): Promise<number | null> {
  const row = await database
    .selectFrom('jobs')
    .select((eb) => eb.fn.min('createdAt').as('createdAt'))
    .where('state', '=', 'queued')
    .executeTakeFirst();
  return row?.createdAt ?? null;
}
