import { onTestFinished } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { type StreamRoutesOptions, streamRoutes } from '../../../src/http/streams/routes.ts';
import { createEvents, type Events } from '../../../src/jobs/events/service.ts';
import type { EventBatches } from '../../../src/notifications/follow.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { createSweepEvents } from '../../../src/sweeps/events/service.ts';
import { insertDataset } from '../../jobs/datasets.ts';
import { openJobs } from '../../jobs/fixtures.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';
import { moveTo } from '../../support/jobStates.ts';

/** The streams on a port, with a database with a dataset. */
export async function openStreams(changes: Partial<StreamRoutesOptions> = {}, guard = OPEN_GUARD) {
  const { folder, database, jobs, bus } = openJobs();
  const datasetId = await insertDataset(database);
  const readers: Reader[] = [];
  const events = metered(createEvents({ database, bus }, TENANT), readers);
  const sweepEvents = () => createSweepEvents({ database, bus }, TENANT);
  const limits = { total: 1000, perProject: 1000 };
  const routes = [streamRoutes({ events: () => events, sweepEvents, limits, ...changes })];
  const app = await buildApp({ version: '0.0.0', routes, guard, limits: HTTP_LIMITS, logger: false });
  onTestFinished(() => app.close());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const submit = async (name = 'plain') =>
    (await jobs.submit({ name, datasetId, target: 'species', ensemble: null })).id;
  return { folder, database, jobs, bus, app, address, submit, readers };
}

/** What the server has read from the database for one client. */
interface Reader {
  bytes: number;
  largestBatch: number;
}

/** The same events, with a row in `readers` for every client that follows a job. */
function metered({ ofAll, ofJob }: Events, readers: Reader[]): Events {
  return {
    ofAll,
    async ofJob(id, following) {
      const batches = await ofJob(id, following);
      const reader = { bytes: 0, largestBatch: 0 };
      readers.push(reader);
      return batches && meter(batches, reader);
    },
  };
}

async function* meter(batches: EventBatches, reader: Reader): EventBatches {
  for await (const batch of batches) {
    const bytes = batch.reduce((sum, { data }) => sum + data.length, 0);
    reader.bytes += bytes;
    reader.largestBatch = Math.max(reader.largestBatch, bytes);
    yield batch;
  }
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

/** Moves a job to a state if its present state allows that. */
export async function move(database: Database, id: string, state: 'running' | 'queued' | 'cancelled'): Promise<void> {
  await moveTo(database, state === 'cancelled' ? { to: state, now: 1 } : { to: state }, id);
}
