import { gunzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { datasetRoutes } from '../../../src/datasets/routes.ts';
import { buildApp } from '../../../src/http/app.ts';
import { jobRoutes } from '../../../src/jobs/routes.ts';
import type { Jobs } from '../../../src/jobs/service.ts';
import { startDatasets } from '../../datasets/support/service.ts';
import { insertDataset } from '../../jobs/datasets.ts';
import { openJobs } from '../../jobs/fixtures.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const DAY_MS = 86_400_000;

/**
 * The jobs and their routes; `restart` creates another app on the same database, as after a crash.
 */
async function openService() {
  const { database, jobs } = openJobs();
  const time = { now: Date.now() };
  const request = { datasetId: await insertDataset(database), target: 'species' };
  const restart = async (service: Jobs = jobs) => {
    const routes = [jobRoutes({ jobs: () => service })];
    const idempotency = { database, clock: () => time.now };
    const app = await buildApp({
      version: '0.0.0',
      routes,
      guard: OPEN_GUARD,
      limits: HTTP_LIMITS,
      idempotency,
      // One of its requests never gets a response.
      drainMs: 1,
      logger: false,
    });
    onTestFinished(() => app.close());
    return async (key: string, payload: object, more: Readonly<Record<string, string>> = {}) => {
      const headers = { 'idempotency-key': key, ...more };
      const answer = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload });
      const isCompressed = answer.headers['content-encoding'] === 'gzip';
      const body = isCompressed ? JSON.parse(String(gunzipSync(answer.rawPayload))) : answer.json();
      return { status: answer.statusCode, headers: answer.headers, body };
    };
  };
  const countJobs = async () => (await database.selectFrom('jobs').select('id').execute()).length;
  return { database, jobs, time, request, restart, countJobs };
}

describe('a request that is repeated with its key', () => {
  it('gets the first response again, and creates nothing', async () => {
    const { request, restart, countJobs, jobs } = await openService();
    const post = await restart();
    const first = await post('a', request);
    expect([first.status, first.headers['idempotency-replayed']]).toEqual([202, undefined]);
    await jobs.cancel(first.body.id);
    const again = await post('a', request);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers).toMatchObject({ location: first.headers.location, 'idempotency-replayed': 'true' });
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(await countJobs()).toBe(1);
  });

  it('gets it in an encoding that the client accepts this time', async () => {
    const { request, restart } = await openService();
    const post = await restart();
    const first = await post('a', request, { 'accept-encoding': 'gzip' });
    const [plain, compressed] = [await post('a', request), await post('a', request, { 'accept-encoding': 'gzip' })];
    expect([first, plain, compressed].map(({ headers }) => headers['content-encoding'])).toEqual([
      'gzip',
      undefined,
      'gzip',
    ]);
    expect([plain.body, compressed.body]).toEqual([first.body, first.body]);
    expect(compressed.headers['idempotency-replayed']).toBe('true');
  });

  it('gets it after a restart too', async () => {
    const { request, restart, countJobs } = await openService();
    const first = await (await restart())('a', request);
    expect((await (await restart())('a', request)).body).toEqual(first.body);
    expect(await countJobs()).toBe(1);
  });

  it('creates nothing more if the resource has been deleted, and returns nothing of it', async () => {
    const { database, request, restart, jobs, countJobs } = await openService();
    const post = await restart();
    const { id } = (await post('a', { ...request, name: 'hush' })).body;
    await jobs.cancel(id);
    await jobs.remove(id);
    const again = await post('a', { ...request, name: 'hush' });
    expect(again).toMatchObject({ status: 409, body: { code: 'made_already' } });
    expect(again.body.detail).toContain(id);
    expect(await countJobs()).toBe(0);
    expect(JSON.stringify(await database.selectFrom('idempotencyKeys').selectAll().execute())).not.toContain('hush');
  });

  it('is new after a day', async () => {
    const { request, restart, countJobs, time } = await openService();
    const post = await restart();
    await post('a', request);
    time.now += DAY_MS;
    expect((await post('a', request)).headers['idempotency-replayed']).toBeUndefined();
    expect(await countJobs()).toBe(2);
  });

  it('is refused if it is another request', async () => {
    const { request, restart, countJobs } = await openService();
    const post = await restart();
    await post('a', request);
    expect(await post('a', { ...request, priority: 1 })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await countJobs()).toBe(1);
  });

  it('runs again if the first one created nothing', async () => {
    const { request, restart } = await openService();
    const post = await restart();
    expect((await post('a', { ...request, target: 'colour' })).status).toBe(422);
    expect((await post('a', request)).status).toBe(202);
  });

  it('must wait while the first one is running', async () => {
    const { request, restart, jobs, countJobs } = await openService();
    const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow: Jobs = {
      ...jobs,
      async submit(body, id) {
        reached.resolve();
        await release.promise;
        return jobs.submit(body, id);
      },
    };
    const post = await restart(slow);
    const first = post('a', request);
    await reached.promise;
    const twin = await post('a', request);
    expect([twin.status, twin.body.code, twin.headers['retry-after']]).toEqual([409, 'idempotency_key_in_use', '1']);
    release.resolve();
    expect((await first).status).toBe(202);
    expect(await countJobs()).toBe(1);
  });

  it('finds the resource of the first one if its response could not be stored', async () => {
    const { database, request, restart, countJobs } = await openService();
    const post = await restart();
    await sql`CREATE TRIGGER full BEFORE UPDATE ON idempotency_keys BEGIN SELECT RAISE(ABORT, 'full'); END`.execute(
      database,
    );
    const first = await post('a', request);
    expect(first.status).toBe(202);
    await sql`DROP TRIGGER full`.execute(database);
    const again = await post('a', request);
    expect(again).toMatchObject({ status: 202, body: first.body, headers: { 'idempotency-replayed': 'true' } });
    expect(await countJobs()).toBe(1);
  });

  it('finds what the first one created before it failed, or creates it', async () => {
    const { request, restart, jobs, countJobs } = await openService();
    let failures = 0;
    const failing: Jobs = {
      ...jobs,
      async submit(body, id) {
        failures += 1;
        if (failures === 1) throw new Error('before anything is created');
        const job = await jobs.submit(body, id);
        if (failures === 2) throw new Error('after it');
        return job;
      },
    };
    const post = await restart(failing);
    expect((await post('a', request)).status).toBe(500);
    expect((await post('a', request)).status).toBe(500);
    const twins = await Promise.all([post('a', request), post('a', request)]);
    expect(twins.map(({ status }) => status)).toContain(202);
    expect((await post('a', request)).status).toBe(202);
    expect(await countJobs()).toBe(1);
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(256)])('needs a valid key, not %j', async (key) => {
    const { request, restart } = await openService();
    expect(await (await restart())(key, request)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});

describe('after a crash', () => {
  it('between the job and its response, the job is found and not created again', async () => {
    const { database, request, restart, countJobs } = await openService();
    const first = await (await restart())('a', request);
    await database.updateTable('idempotencyKeys').set({ response: null }).execute();
    const again = await (await restart())('a', request);
    expect(again).toMatchObject({ status: 202, body: first.body, headers: { location: first.headers.location } });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await countJobs()).toBe(1);
  });

  it('before the job was created, it is created once, with the reserved id', async () => {
    const { database, request, restart, jobs, countJobs } = await openService();
    const reached = Promise.withResolvers<void>();
    const dies: Jobs = {
      ...jobs,
      submit() {
        reached.resolve();
        return new Promise(() => {});
      },
    };
    // Gets no response: its process is dead for the later requests.
    (await restart(dies))('a', request).catch(() => {});
    await reached.promise;
    const { resourceId } = await database.selectFrom('idempotencyKeys').selectAll().executeTakeFirstOrThrow();
    const post = await restart();
    expect((await post('a', { ...request, priority: 1 })).status).toBe(422);
    expect((await post('a', request)).body.id).toBe(resourceId);
    expect((await post('a', request)).headers['idempotency-replayed']).toBe('true');
    expect(await countJobs()).toBe(1);
  });
});

describe('an upload that is repeated with its key', () => {
  async function openUploads() {
    const { datasets, database, close } = await startDatasets();
    onTestFinished(close);
    const routes = [datasetRoutes({ datasets, maxUploadBytes: HTTP_LIMITS.maxJsonBytes })];
    const idempotency = { database, clock: Date.now };
    const app = await buildApp({
      version: '0.0.0',
      routes,
      guard: OPEN_GUARD,
      limits: HTTP_LIMITS,
      idempotency,
      logger: false,
    });
    onTestFinished(() => app.close());
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const upload = async (body: BodyInit, type?: string) => {
      const headers = { 'idempotency-key': 'a', ...(type && { 'content-type': type }) };
      const answer = await fetch(`${address}/v1/datasets`, { method: 'POST', headers, body });
      return { status: answer.status, headers: answer.headers, body: await answer.json() };
    };
    return { upload, database };
  }
  const CSV = 'age,income\n39,1\n52,2\n';

  it('gets the first response again if it has the same content', async () => {
    const { upload, database } = await openUploads();
    const first = await upload(CSV, 'text/csv');
    expect(first.status).toBe(201);
    const again = await upload(CSV, 'text/csv');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect(await upload('age\n1\n', 'text/csv')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await database.selectFrom('datasets').select('id').execute()).toHaveLength(1);
  });

  it('also for a form, whose boundary differs each time', async () => {
    const { upload } = await openUploads();
    const form = () => {
      const data = new FormData();
      data.append('file', new Blob([CSV]), 'people.csv');
      return data;
    };
    const first = await upload(form());
    expect(first.status).toBe(201);
    expect((await upload(form())).body).toEqual(first.body);
  });
});
