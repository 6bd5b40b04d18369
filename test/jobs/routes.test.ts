import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../src/http/app.ts';
import { jobRoutes } from '../../src/jobs/routes.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';
import { insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';

async function openApp() {
  const { database, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const app = await buildApp({
    version: '0.0.0',
    routes: [jobRoutes({ jobs: () => jobs })],
    guard: OPEN_GUARD,
    idempotency: { database, clock: Date.now },
    limits: HTTP_LIMITS,
    logger: false,
  });
  onTestFinished(() => app.close());
  const post = async (payload: object) => {
    const response = await app.inject({ method: 'POST', url: '/v1/jobs', payload });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  };
  return { app, database, datasetId, post };
}

const paths = ({ errors = [] }: { errors?: readonly { path: string }[] }) => errors.map(({ path }) => path).toSorted();

describe('POST /v1/jobs?dryRun=true', () => {
  async function openDryRun() {
    const service = await openApp();
    const { app, database, datasetId } = service;
    const dryRun = async (payload: object, url = '/v1/jobs?dryRun=true') => {
      const request = { datasetId, target: 'species', ...payload };
      const headers = { 'idempotency-key': 'a' };
      const response = await app.inject({ method: 'POST', url, headers, payload: request });
      return { status: response.statusCode, body: response.json() };
    };
    const count = async (table: 'jobs' | 'idempotencyKeys') =>
      (await database.selectFrom(table).selectAll().execute()).length;
    return { ...service, dryRun, count };
  }

  it('returns what the request would train and cost, and queues nothing', async () => {
    const { dryRun, count, post, datasetId } = await openDryRun();
    const { status, body } = await dryRun({});
    expect(status).toBe(200);
    expect(await count('jobs')).toBe(0);
    expect(await count('idempotencyKeys')).toBe(0);
    const job = (await post({ datasetId, target: 'species' })).body;
    expect(body).toMatchObject({ hyperparameters: job.hyperparameters, estimate: job.estimate, warnings: [] });
    const { members } = body.hyperparameters.ensemble;
    expect(body.networks).toHaveLength(members.length);
    expect(body.networks[0].embedding).toMatchObject({ layer: 0, type: 'cosine', columns: 2 });
    const parameters = body.networks.map(({ totals }: { totals: { parameters: number } }) => totals.parameters);
    expect(body.estimate).toMatchObject({
      ...{ members: members.length, cores: 4, measuredOn: 0 },
      parameters: parameters.reduce((sum: number, each: number) => sum + each, 0),
    });
    const { seconds, cpuSeconds, bytes, memoryBytes } = body.estimate;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(cpuSeconds);
    expect(bytes).toBeGreaterThan(0);
    expect(memoryBytes).toBeGreaterThan(bytes);
  });

  it('counts each fold, and measures finished jobs with folds', async () => {
    const { dryRun, database, post, datasetId } = await openDryRun();
    const folds = { effort: 'fast', ensemble: { folds: 5 } };
    const once = (await dryRun({ effort: 'fast', ensemble: { folds: null } })).body.estimate;
    const estimate = (await dryRun(folds)).body.estimate;
    expect(estimate).toMatchObject({ members: once.members, parameters: 5 * once.parameters });
    expect(estimate.cpuSeconds).toBeGreaterThan(once.cpuSeconds);

    const { id: jobId } = (await post({ datasetId, target: 'species', ...folds })).body;
    await sql`UPDATE jobs SET state = 'succeeded', started_at = 1, finished_at = 90001 WHERE id = ${jobId}`.execute(
      database,
    );
    const losses = { jobId, epoch: 1, step: 1, trainingLoss: 1, validationLoss: 1, metrics: '{}', learningRate: 0.1 };
    const networks = Array.from({ length: 5 * once.members }, (_, index) => index + 1);
    const rows = networks.map((member) => ({ ...losses, member, seconds: 4 }));
    await database.insertInto('jobMemberLosses').values(rows).execute();
    const { body } = await dryRun(folds);
    expect(body.estimate.measuredOn).toBe(1);
    expect(body.estimate.cpuSeconds).toBeGreaterThan(10 * estimate.cpuSeconds);
  });

  it('has one dimension table for one network', async () => {
    const { dryRun } = await openDryRun();
    const { body } = await dryRun({ network: { layers: [{ units: 8 }] }, training: { batchSize: 'full', epochs: 2 } });
    expect(body.networks).toHaveLength(1);
    expect(body.networks[0].layers.map(({ Z }: { Z: number[] }) => Z)).toEqual([
      [8, 150],
      [3, 150],
    ]);
    expect(body.estimate).toMatchObject({ members: 1, parameters: body.networks[0].totals.parameters });
  });

  it('lists the issues of an impossible request', async () => {
    const { dryRun } = await openDryRun();
    const { status, body } = await dryRun({ network: {}, budget: { seconds: 0 } });
    expect([status, paths(body)]).toEqual([422, ['/budget', '/budget/seconds']]);
  });

  it('rejects another value than true or false', async () => {
    const { dryRun, count } = await openDryRun();
    const { status, body } = await dryRun({}, '/v1/jobs?dryRun=yes');
    expect([status, paths(body)]).toEqual([400, ['/dryRun']]);
    expect((await dryRun({}, '/v1/jobs?dryrun=true')).status).toBe(400);
    expect(await count('jobs')).toBe(0);
  });
});

describe('POST /v1/jobs', () => {
  it('responds with 202 and the location of the job', async () => {
    const { app, post, datasetId } = await openApp();
    const { status, headers, body } = await post({ datasetId, target: 'species' });
    expect(status).toBe(202);
    expect(headers.location).toBe(`/v1/jobs/${body.id}`);
    const response = await app.inject({ url: String(headers.location) });
    expect(response.json()).toEqual(body);
  });

  it('lists every issue of a malformed body', async () => {
    const { post } = await openApp();
    const { status, body } = await post({
      priority: 1000,
      network: { layers: [{ units: -1 }, { units: 8, activation: 'step' }] },
      training: { optimizer: { type: 'adam', learningRate: 0 }, epochs: 0 },
      labels: { 'a b': 'c' },
      colour: 'red',
    });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(paths(body)).toEqual([
      '/colour',
      '/datasetId',
      '/labels/a b',
      '/network/layers/0/units',
      '/network/layers/1/activation',
      '/priority',
      '/target',
      '/training/epochs',
      '/training/optimizer/learningRate',
    ]);
  });

  it('lists the issues against the dataset together with those of a malformed body', async () => {
    const { post, datasetId } = await openApp();
    const { status, body } = await post({
      datasetId,
      target: 'colour',
      features: { exclude: ['smell'] },
      network: { layers: [{ units: -1 }] },
      more: true,
    });
    expect(status).toBe(400);
    expect(paths(body)).toEqual(['/features/exclude/0', '/more', '/network/layers/0/units', '/target']);
  });

  it('responds with 422 to a request that is well-formed but impossible', async () => {
    const { post, datasetId } = await openApp();
    const { status, body } = await post({ datasetId, target: 'petal length', training: { loss: 'crossEntropy' } });
    expect([status, body.code, paths(body)]).toEqual([422, 'invalid_spec', ['/training/loss']]);
  });

  it('responds with 422 if the dataset does not exist, and with 409 if it is not ready', async () => {
    const { database, post } = await openApp();
    const absent = await post({ datasetId: 'ds_none', target: 'species' });
    expect([absent.status, paths(absent.body)]).toEqual([422, ['/datasetId']]);
    const datasetId = await insertDataset(database, { state: 'processing' });
    expect(await post({ datasetId, target: 'species' })).toMatchObject({
      status: 409,
      body: { code: 'dataset_not_ready' },
    });
  });

  it.each([[[]], ['text'], [null], [{ datasetId: ['ds_1'] }]])('responds with 400 to %j', async (payload) => {
    const { app } = await openApp();
    const headers = { 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/v1/jobs', headers, payload: JSON.stringify(payload) });
    expect(response.statusCode).toBe(400);
  });
});

describe('the other routes of jobs', () => {
  it('list, show, cancel and delete', async () => {
    const { app, post, datasetId } = await openApp();
    const { body: job } = await post({ datasetId, target: 'species', labels: { team: 'risk' } });
    const listed = await app.inject({ url: '/v1/jobs?state=queued&state=running&label=team:risk&limit=1' });
    const { hyperparameters: _, warnings: __, estimate: ___, ...summary } = job;
    expect(listed.json()).toEqual({ items: [summary], next: null });
    const losses = await app.inject({ url: `/v1/jobs/${job.id}/losses?after=0` });
    expect(losses.json()).toEqual({ items: [], next: null });
    const early = await app.inject({ method: 'DELETE', url: `/v1/jobs/${job.id}` });
    expect([early.statusCode, early.json().code]).toEqual([409, 'job_wrong_state']);
    const cancelled = await app.inject({ method: 'POST', url: `/v1/jobs/${job.id}/cancel` });
    expect(cancelled.json()).toMatchObject({ id: job.id, state: 'cancelled' });
    const deleted = await app.inject({ method: 'DELETE', url: `/v1/jobs/${job.id}` });
    expect([deleted.statusCode, deleted.body]).toEqual([204, '']);
  });

  it('pause, resume, retry, and reject actions that the state does not allow', async () => {
    const { app, post, datasetId } = await openApp();
    const { body: job } = await post({ datasetId, target: 'species' });
    const act = async (action: string, payload?: object) => {
      const response = await app.inject({
        method: 'POST',
        url: `/v1/jobs/${job.id}/${action}`,
        ...(payload && { payload }),
      });
      const { state, code } = response.json();
      return [response.statusCode, code ?? state];
    };
    expect(await act('pause')).toEqual([200, 'paused']);
    expect(await act('resume')).toEqual([200, 'queued']);
    expect(await act('stop')).toEqual([409, 'job_wrong_state']);
    expect(await act('cancel')).toEqual([200, 'cancelled']);
    expect(await act('extend', { epochs: 20 })).toEqual([409, 'job_wrong_state']);
    expect(await act('retry', { fix: true })).toEqual([409, 'job_wrong_state']);
    expect(await act('retry', { fixed: true })).toEqual([400, 'invalid_request']);
    expect(await act('retry')).toEqual([200, 'queued']);
  });

  it.each([[{}], [{ epochs: 0 }], [{ epochs: 1.5 }], [{ epochs: 20, more: 1 }]])(
    'reject the extension %j',
    async (payload) => {
      const { app } = await openApp();
      const response = await app.inject({ method: 'POST', url: '/v1/jobs/job_none/extend', payload });
      expect([response.statusCode, response.json().code]).toEqual([400, 'invalid_request']);
    },
  );

  it.each([
    ['GET', '/v1/jobs/job_none', 404, 'job_not_found'],
    ['GET', '/v1/jobs/job_none?wait=60', 404, 'job_not_found'],
    ['GET', '/v1/jobs/job_none?wait=61', 400, 'invalid_request'],
    ['GET', '/v1/jobs/job_none/losses', 404, 'job_not_found'],
    ['GET', '/v1/jobs/job_none/losses?after=-1', 400, 'invalid_request'],
    ['POST', '/v1/jobs/job_none/cancel', 404, 'job_not_found'],
    ['POST', '/v1/jobs/job_none/pause', 404, 'job_not_found'],
    ['POST', '/v1/jobs/job_none/resume', 404, 'job_not_found'],
    ['POST', '/v1/jobs/job_none/stop', 404, 'job_not_found'],
    ['POST', '/v1/jobs/job_none/retry', 404, 'job_not_found'],
    ['DELETE', '/v1/jobs/job_none', 404, 'job_not_found'],
    ['GET', '/v1/jobs?state=done', 400, 'invalid_request'],
    ['GET', '/v1/jobs?label=risk', 400, 'invalid_request'],
    ['GET', '/v1/jobs?limit=201', 400, 'invalid_request'],
    ['GET', '/v1/jobs?after=x', 400, 'invalid_request'],
  ] as const)('%s %s responds with %i %s', async (method, url, status, code) => {
    const { app } = await openApp();
    const response = await app.inject({ method, url });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('reject an unknown query parameter, which would otherwise match all jobs', async () => {
    const { app } = await openApp();
    const response = await app.inject({ url: '/v1/jobs?status=running' });
    expect([response.statusCode, paths(response.json())]).toEqual([400, ['/status']]);
  });

  it('respond to waiting requests when the server closes', async () => {
    const { app, post, datasetId } = await openApp();
    const { body } = await post({ datasetId, target: 'species' });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const waiting = fetch(`${address}/v1/jobs/${body.id}?wait=60`);
    await new Promise((resolve) => app.server.once('request', resolve));
    await app.close();
    const ended = await waiting.then((response) => response.status).catch(() => 'connection closed');
    expect([200, 'connection closed']).toContain(ended);
  });
});
