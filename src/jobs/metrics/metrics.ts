import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../kit/clock.ts';
import type { Database } from '../../store/database/database.ts';
import { JOB_STATES } from '../../store/database/tables.ts';
import { countByState, oldestQueued } from './countStore.ts';

const MS_PER_SECOND = 1000;

/**
 * Gauges of all jobs, whichever process runs them. They are counted in the database when the
 * metrics are read.
 */
export function registerJobGauges(registry: Registry, database: Database, clock: Clock): void {
  new Gauge({
    name: 'trainyard_jobs',
    help: 'Jobs by state: `queued` is the length of the queue.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await countByState(database);
      for (const state of JOB_STATES) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  new Gauge({
    name: 'trainyard_queue_oldest_job_seconds',
    help: 'Age of the oldest queued job in seconds; 0 when the queue is empty.',
    registers: [registry],
    async collect() {
      const oldest = await oldestQueued(database);
      this.set(oldest === null ? 0 : Math.max(0, clock() - oldest) / MS_PER_SECOND);
    },
  });
}
