import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { streamRoutes } from '../../../src/http/streams/routes.ts';
import { createEvents } from '../../../src/jobs/events/service.ts';
import { createEventBus } from '../../../src/notifications/bus.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { createSweepEvents } from '../../../src/sweeps/events/service.ts';
import { HTTP_LIMITS, OPEN_GUARD, TENANT } from '../../support/access.ts';
import { openEarlier } from '../../support/earlierDatabase.ts';
import { move } from './service.ts';
import { openStream, words } from './sse.ts';

const FINISHED_AT = Date.parse('2026-11-01T12:00:00Z');
const ERROR = { code: 'loss_diverged', message: 'The loss is not finite.' };

/** A database of a version without events, in which jobs had ended and one waits; the streams over it. */
async function openUpgraded() {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-earlier-'));
  const path = join(folder, 'trainyard.sqlite');
  const sqlite = openEarlier(path, '0005');
  const job = sqlite.prepare(
    `INSERT INTO jobs (id, name, state, request, memory_bytes, attempts, error, created_at, finished_at)
     VALUES (?, 'j', ?, '{}', 0, 1, ?, 0, ?)`,
  );
  job.run('job_done', 'succeeded', null, FINISHED_AT);
  job.run('job_lost', 'failed', JSON.stringify(ERROR), FINISHED_AT);
  job.run('job_waits', 'queued', null, null);
  sqlite.exec(`
    INSERT INTO losses (job_id, epoch, step, training_loss, metrics, learning_rate, seconds)
    VALUES ('job_done', 1, 1, 0.5, '{}', 0.1, 1), ('job_done', 2, 2, 0.4, '{}', 0.1, 1);
    INSERT INTO models (id, name, job_id, task, target, description, sha256, created_at)
    VALUES ('mdl_1', 'm', 'job_done', 'binary', 'y', '{}', '', 0);
    UPDATE jobs SET model_id = 'mdl_1' WHERE id = 'job_done';
  `);
  sqlite.close();
  const database = openDatabase(path);
  const events = createEvents({ database, bus: createEventBus() }, TENANT);
  const sweepEvents = createSweepEvents({ database, bus: createEventBus() }, TENANT);
  const limits = { total: 10, perProject: 10 };
  const routes = [streamRoutes({ events: () => events, sweepEvents: () => sweepEvents, limits })];
  const app = await buildApp({ version: '0.0.0', routes, guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
  onTestFinished(async () => {
    await app.close();
    await database.destroy();
    rmSync(folder, { recursive: true });
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return { database, open: (id: string, last?: string) => openStream(`${address}/v1/jobs/${id}/events`, last) };
}

describe('the events of a job of a version that told none', () => {
  it('are its epochs and, behind them, how it ended', async () => {
    const { open } = await openUpgraded();
    const told = await (await open('job_done')).take();
    expect(told.map(words)).toEqual(['epoch 1', 'epoch 2', 'succeeded']);
    const at = new Date(FINISHED_AT).toISOString();
    expect(told[2]?.data).toEqual({
      ...{ jobId: 'job_done', state: 'succeeded', attempts: 1, modelId: 'mdl_1', error: null, at },
    });
    const [failed] = await (await open('job_lost')).take();
    expect(failed?.data).toMatchObject({ state: 'failed', error: ERROR });
  });

  it('are over for whoever has read them', async () => {
    const { open } = await openUpgraded();
    const told = await (await open('job_done')).take();
    expect((await open('job_done', told.at(-1)?.id)).answer.statusCode).toBe(204);
    // Of a reader that the version before has told all that it knew.
    expect((await (await open('job_done', '2-0')).take()).map(words)).toEqual(['succeeded']);
  });

  it('begin with where it stands when it is not over, and go on', async () => {
    const { open, database } = await openUpgraded();
    const told = (await open('job_waits')).take();
    await move(database, 'job_waits', 'running');
    await move(database, 'job_waits', 'cancelled');
    expect((await told).map(words)).toEqual(['queued', 'running', 'cancelled']);
  });
});
