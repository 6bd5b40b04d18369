import { onTestFinished } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { type StreamRoutesParts, streamRoutes } from '../../../src/http/streams/routes.ts';
import { createEvents } from '../../../src/jobs/events/service.ts';
import type { Database } from '../../../src/store/database.ts';
import { insertDataset } from '../../jobs/datasets.ts';
import { openJobs } from '../../jobs/house.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';

/** The streams on a port, over a database with a dataset. */
export async function openStreams(changes: Partial<StreamRoutesParts> = {}) {
  const { folder, database, jobs, news } = openJobs();
  const datasetId = await insertDataset(database);
  const events = createEvents({ database, news }, TENANT);
  const routes = [streamRoutes({ events: () => events, limits: { inAll: 1000, ofProject: 1000 }, ...changes })];
  const app = await buildApp({ version: '0.0.0', routes, guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
  onTestFinished(() => app.close());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const submit = async (name = 'plain') => (await jobs.submit({ name, datasetId, target: 'species' })).id;
  return { folder, database, jobs, news, app, address, submit };
}

/** Writes epochs of a job as a worker does. */
export async function insertEpochs(
  database: Database,
  jobId: string,
  from: number,
  to: number,
  metrics: object = { accuracy: 0.5 },
): Promise<void> {
  for (let start = from; start <= to; start += 1000) {
    const rows = Array.from({ length: Math.min(1000, to - start + 1) }, (_, index) => ({
      ...{ jobId, epoch: start + index, step: start + index, trainingLoss: 1 / (start + index), validationLoss: null },
      ...{ metrics: JSON.stringify(metrics), learningRate: 0.1, seconds: 1 },
    }));
    await database.insertInto('losses').values(rows).execute();
  }
}

/** Brings a job into a state, past all rules. */
export async function move(database: Database, id: string, state: 'running' | 'queued' | 'cancelled'): Promise<void> {
  const lease = state === 'running' ? { leaseOwner: 'w', leaseUntil: 1 } : { leaseOwner: null, leaseUntil: null };
  const finishedAt = state === 'cancelled' ? 1 : null;
  await database
    .updateTable('jobs')
    .set({ state, finishedAt, ...lease })
    .where('id', '=', id)
    .execute();
}
