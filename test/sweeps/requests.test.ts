import { describe, expect, it } from 'vitest';
import { NO_QUOTAS } from '../../src/kit/contract/caller.ts';
import { moveTo } from '../support/jobStates.ts';
import { openTestService, RATES } from './testService.ts';

const LEARNING_RATE = 'training.optimizer.learningRate';

describe('POST /v1/sweeps', () => {
  it('fills in every default', async () => {
    const service = await openTestService();
    const response = await service.post('/v1/sweeps', { job: service.job, space: RATES });
    expect(response).toMatchObject({
      status: 202,
      headers: { location: `/v1/sweeps/${response.body.id}` },
      body: {
        name: 'points-kind',
        state: 'running',
        datasetId: service.datasetId,
        search: { algorithm: 'tpe', trials: 50, seed: 1 },
        pruning: null,
        objective: { metric: 'validationLoss', goal: 'minimize' },
        parallel: 2,
        maxSeconds: null,
        completion: { target: null, trialsWithoutProgress: null },
        external: false,
        best: null,
        counts: { running: 0 },
      },
    });
  });

  it('accepts the settings of optimizer groups and of the moving average', async () => {
    const service = await openTestService();
    const search = (space: object) => service.post('/v1/sweeps', { job: { ...service.job, training: {} }, space });
    const decay = { type: 'uniform', min: 0.9, max: 0.99 };
    const accepted = await search({
      'training.averaging.decay': decay,
      'training.optimizer.groups.0.rateFactor': { type: 'uniform', min: 0, max: 2 },
      'training.optimizer.groups.0.weightDecay': { type: 'uniform', min: 0, max: 0.1 },
    });
    expect(accepted.status).toBe(202);
    const impossible = await search({ 'training.averaging.decay': { ...decay, max: 1 } });
    expect(impossible).toMatchObject({ status: 422, body: { errors: [{ path: '/space/training.averaging.decay' }] } });
  });

  it('accepts both rates of muon', async () => {
    const service = await openTestService();
    const rate = { type: 'logUniform', min: 1e-3, max: 1e-1 };
    const search = (space: object) =>
      service.post('/v1/sweeps', { job: { ...service.job, training: { optimizer: { type: 'muon' } } }, space });
    const space = { 'training.optimizer.learningRate': rate, 'training.optimizer.rest.learningRate': rate };
    expect(await search(space)).toMatchObject({ status: 202 });
    const unknown = await search({ 'training.optimizer.rest.momentum': rate });
    expect(unknown).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/space/training.optimizer.rest.momentum' }] },
    });
  });

  it('tries all points of a grid, and maximizes metrics that are better when higher', async () => {
    const service = await openTestService();
    const { body } = await service.post('/v1/sweeps', {
      job: service.job,
      space: { 'training.batchSize': RATES['training.batchSize'] },
      search: { algorithm: 'grid' },
      objective: { metric: 'accuracy' },
    });
    expect(body).toMatchObject({ search: { trials: 3 }, objective: { metric: 'accuracy', goal: 'maximize' } });
  });

  it('has at most as many trials as a grid has points, also after adding trials', async () => {
    const service = await openTestService();
    const grid = { job: service.job, space: { 'training.batchSize': { type: 'choice', values: [16, 32, 64] } } };
    const begin = (trials: number) => service.post('/v1/sweeps', { ...grid, search: { algorithm: 'grid', trials } });
    const { body: two } = await begin(2);
    expect((await begin(50)).body.search.trials).toBe(3);
    await service.post(`/v1/sweeps/${two.id}/cancel`);
    const resume = () => service.post(`/v1/sweeps/${two.id}/resume`, { trials: 20 });
    expect((await resume()).body.search.trials).toBe(3);
    await service.post(`/v1/sweeps/${two.id}/cancel`);
    const message = 'The sweep has a trial for each of the 3 points of the grid. No trial can be added.';
    expect(await resume()).toMatchObject({ status: 422, body: { errors: [{ path: '/trials', message }] } });
  });

  it('reports all issues of the space at once, before a trial runs', async () => {
    const service = await openTestService();
    const { status, body } = await service.post('/v1/sweeps', {
      job: service.job,
      space: {
        'training.batchSizes': { type: 'integer', min: 1, max: 8 },
        [LEARNING_RATE]: { type: 'uniform', min: -1, max: 1 },
        'network.layers': { type: 'choice', values: [[{ units: 4 }], [{ units: 0 }]] },
        'training.optimizer.momentum': { type: 'uniform', min: 0, max: 0.9 },
      },
      objective: { metric: 'rmse' },
    });
    expect([status, body.code]).toEqual([422, 'invalid_sweep']);
    const paths = body.errors.map(({ path }: { path: string }) => path);
    expect(new Set(paths)).toEqual(
      new Set([
        '/space/training.batchSizes',
        `/space/${LEARNING_RATE}`,
        '/space/network.layers',
        '/space/training.optimizer.momentum',
      ]),
    );
    expect(body.errors.find(({ path }: { path: string }) => path === '/space/network.layers').message).toMatch(
      /^With \[\{"units":0\}\]: \/network\/layers\/0\/units: /,
    );
  });

  it('suggests a field for a wrong path, also if its first name is wrong', async () => {
    const service = await openTestService();
    const errorsOf = async (path: string) => {
      const space = { [path]: { type: 'uniform', min: 0.1, max: 0.2 } };
      return (await service.post('/v1/sweeps/preview', { job: service.job, space })).body.errors;
    };
    expect(await errorsOf('training.optimizer.learning_rate')).toEqual([
      { path: '/space/training.optimizer.learning_rate', message: 'Unknown field. Did you mean `learningRate`?' },
    ]);
    expect(await errorsOf('traning.l2')).toEqual([
      { path: '/space/traning.l2', message: '/traning: Unknown field. Did you mean `training`?' },
    ]);
    const { body } = await service.post('/v1/sweeps', {
      job: service.job,
      space: RATES,
      objective: { metric: 'acuracy' },
    });
    expect(body.errors[0].message).toBe("Jobs do not measure 'acuracy'. Did you mean `accuracy`?");
  });

  it('stops the dry run when it has enough issues', async () => {
    const service = await openTestService();
    const values = Array.from({ length: 1000 }, (_, i) => -i);
    const choice = { type: 'choice', values };
    const space = { 'training.epochs': choice, 'training.batchSize': choice, 'training.l2': choice };
    const { status, body } = await service.post('/v1/sweeps/preview', { job: service.job, space });
    expect([status, body.errors.length]).toEqual([422, 100]);
    expect(body.detail).toContain('more than 100 mistakes');
  });

  it('reports the issues of the job that do not depend on the parameters', async () => {
    const service = await openTestService();
    const { status, body } = await service.post('/v1/sweeps', {
      job: { ...service.job, target: 'kinds' },
      space: RATES,
    });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: '/job/target', message: expect.stringContaining("'kinds'") }]);
  });

  it.each([
    [{ objective: { metric: 'rmse' } }, '/objective/metric'],
    [{ objective: { metric: 'beauty' } }, '/objective/metric'],
    [{ objective: [{ metric: 'accuracy' }, { metric: 'accuracy' }] }, '/objective/1/metric'],
    [{ objective: [{ metric: 'accuracy' }, { metric: 'f1' }], pruning: { type: 'asha' } }, '/pruning'],
    [{ objective: { metric: 'parameterCount' }, pruning: { type: 'median' } }, '/pruning'],
    [{ search: { algorithm: 'grid' } }, `/space/${LEARNING_RATE}`],
    [{ space: { target: { type: 'choice', values: ['kind'] } } }, '/space/target'],
    [{ job: undefined }, '/job'],
    [{ external: true, pruning: { type: 'asha' }, job: undefined }, '/pruning/maxEpochs'],
    [{ external: true }, '/job'],
  ])('rejects %j', async (part, path) => {
    const service = await openTestService();
    const { status, body } = await service.post('/v1/sweeps', { job: service.job, space: RATES, ...part });
    expect(status).toBe(422);
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('enforces the quotas of queued jobs and of stored bytes', async () => {
    const service = await openTestService();
    const few = service.sweepsOf({ ...NO_QUOTAS, queuedJobs: 3 });
    const request = { job: service.job, space: RATES };
    const { id } = await few.submit({ ...request, parallel: 2 });
    await expect(few.submit({ ...request, parallel: 2 })).rejects.toMatchObject({ code: 'queued_jobs_quota' });
    await few.pause(id);
    const other = await few.submit({ ...request, parallel: 2 });
    await expect(few.resume(id)).rejects.toMatchObject({ code: 'queued_jobs_quota' });
    await few.cancel(other.id);
    expect(await few.resume(id)).toMatchObject({ state: 'running' });
    const full = service.sweepsOf({ ...NO_QUOTAS, storedBytes: 1 });
    await expect(full.submit(request)).rejects.toMatchObject({ code: 'stored_bytes_quota' });
  });

  it('rejects a validation metric without validation rows', async () => {
    const service = await openTestService();
    const job = { ...service.job, split: { validation: 0 } };
    const { status, body } = await service.post('/v1/sweeps', { job, space: RATES });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        path: '/objective/metric',
        message: 'There are no validation rows, because split.validation is 0. Raise it, or use `trainingLoss`.',
      },
    ]);
    expect(
      (await service.post('/v1/sweeps', { job, space: RATES, objective: { metric: 'trainingLoss' } })).status,
    ).toBe(202);
  });

  it('rejects malformed requests', async () => {
    const service = await openTestService();
    const { status, body } = await service.post('/v1/sweeps', { job: [], space: {}, searches: 1 });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual(['/job', '/searches', '/space']);
  });
});

describe('POST /v1/sweeps/preview', () => {
  it('returns the number of trials, the time, the size and the first ten trials, and runs nothing', async () => {
    const service = await openTestService();
    const request = { job: service.job, space: RATES, pruning: { type: 'asha', minEpochs: 1 } };
    const { status, body } = await service.post('/v1/sweeps/preview', request);
    expect(status).toBe(200);
    expect(body).toMatchObject({ trials: 50, epochs: { most: 300 }, parallel: 2 });
    expect(body.epochs.expected).toBeLessThan(300);
    expect(body.seconds).toBeGreaterThan(0);
    expect(body.measuredOn).toBe(0);
    expect(body.bytes).toBeGreaterThan(0);
    expect((await service.get('/v1/sweeps')).body.items).toEqual([]);
    service.startTraining();
    const { id } = await service.begin({ ...request, search: { trials: 10 } });
    await service.over(id);
    const asked = (await service.trialsOf(id)).map(({ parameters }) => parameters);
    expect(body.first).toEqual(asked);
  });

  it('estimates the time from the last jobs, preferably on the same dataset', async () => {
    const service = await openTestService();
    const [request, secondsPerEpoch] = [{ job: service.job, space: RATES, parallel: 1 }, 3];
    const preview = async () => (await service.post('/v1/sweeps/preview', request)).body;
    const { id } = (await service.post('/v1/jobs', service.job)).body;
    const losses = Array.from({ length: 6 }, (_, i) => ({
      ...{ jobId: id, epoch: i + 1, step: i + 1, trainingLoss: 1, validationLoss: 1, metrics: '{}', learningRate: 1 },
      seconds: secondsPerEpoch,
    }));
    await service.database.insertInto('losses').values(losses).execute();
    expect((await preview()).measuredOn).toBe(0);
    await moveTo(service.database, { to: 'running' }, id);
    await service.database.updateTable('jobs').set({ startedAt: 1000 }).where('id', '=', id).execute();
    await moveTo(service.database, { to: 'succeeded', now: 21_000 }, id);
    const { seconds, measuredOn } = await preview();
    expect(measuredOn).toBe(1);
    // 50 trials with 6 epochs of 3 s and 2 s of overhead. The batch sizes differ from the job's.
    expect(seconds).toBeGreaterThan((50 * 20) / 2);
    expect(seconds).toBeLessThan(50 * 20 * 2);
  });
});

describe('lists', () => {
  it('page and filter sweeps, and sort trials by objective', async () => {
    const service = await openTestService();
    service.startTraining();
    const done = await service.begin({ search: { algorithm: 'random', trials: 5 } });
    await service.over(done.id);
    const paused = await service.begin();
    await service.post(`/v1/sweeps/${paused.id}/pause`);
    const page = (await service.get('/v1/sweeps?limit=1')).body;
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual([paused.id]);
    const next = (await service.get(`/v1/sweeps?limit=1&after=${page.next}`)).body;
    expect(next).toMatchObject({ items: [{ id: done.id }], next: null });
    expect((await service.get('/v1/sweeps?state=paused')).body.items).toHaveLength(1);
    const best = await service.trialsOf(done.id, 'sort=objective&limit=3');
    const worst = await service.trialsOf(done.id, 'sort=objective&order=desc&limit=2');
    const objectives = [...best, ...worst.toReversed()].map(({ objective }) => Number(objective));
    expect(objectives).toEqual(objectives.toSorted((a, b) => a - b));
    const firstPage = (await service.get(`/v1/sweeps/${done.id}/trials?limit=3`)).body;
    const rest = (await service.get(`/v1/sweeps/${done.id}/trials?limit=3&after=${firstPage.next}`)).body;
    expect([...firstPage.items, ...rest.items].map(({ number }) => number)).toEqual([0, 1, 2, 3, 4]);
    expect((await service.get(`/v1/sweeps/${done.id}/trials/2`)).body).toEqual(firstPage.items[2]);
    for (const none of ['5', 'two', '0x2', '2.0', '%20']) {
      const { status, body } = await service.get(`/v1/sweeps/${done.id}/trials/${none}`);
      expect([status, body.detail]).toEqual([404, `The sweep has no trial '${decodeURIComponent(none)}'.`]);
    }
  });
});
