import { describe, expect, it } from 'vitest';
import { loadRunningSweep } from '../../src/sweeps/runner/runningSweep.ts';
import { stepSweep } from '../../src/sweeps/runner/stepSweep.ts';
import type { Sweep } from '../../src/sweeps/schemas.ts';
import { StaleSweepError } from '../../src/sweeps/store.ts';
import type { Trial } from '../../src/sweeps/trials/schemas.ts';
import { over } from '../jobs/fixtures.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { networkOf } from '../support/networkOf.ts';
import { until } from '../support/until.ts';
import { openTestService, RATES, type TestService, TINY } from './testService.ts';

interface Shared {
  readonly parameter: string;
  readonly importance: number;
}

/** The part of a sweep that does not depend on how its trials were run. */
function story(trials: readonly Trial[], { best, counts }: Sweep) {
  return {
    counts,
    best: best && { number: best.number, objective: best.objective },
    trials: trials.map(({ number, state, parameters, objective, epochs, error }) => ({
      ...{ number, state, parameters, objective, epochs, error },
    })),
  };
}

async function storyOf(service: TestService, id: string) {
  const sweep = await service.over(id);
  return story(await service.trialsOf(id), sweep);
}

describe('a sweep', () => {
  it('runs the given number of trials, each as a job with a model, and names the best', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 5 } });
    const sweep = await service.over(id);
    expect(sweep).toMatchObject({
      state: 'succeeded',
      endedBy: 'trials',
      counts: { succeeded: 5 },
      epochs: 30,
      error: null,
    });
    const trials = await service.trialsOf(id);
    expect(trials.map(({ number, state, epochs }) => [number, state, epochs])).toEqual(
      [0, 1, 2, 3, 4].map((number) => [number, 'succeeded', 6]),
    );
    const best = trials.toSorted((a, b) => Number(a.objective) - Number(b.objective))[0];
    expect(sweep.best).toMatchObject({ number: best.number, objective: best.objective, modelId: best.modelId });
    expect(sweep.trajectory.at(-1)).toMatchObject({ number: best.number, objective: best.objective });
    const job = await service.jobs.get(String(best.jobId));
    expect(job).toMatchObject({ sweepId: id, trial: best.number, best: { validationLoss: best.objective } });
    const { optimizer, batchSize } = networkOf(job).training;
    expect({ 'training.optimizer.learningRate': optimizer.learningRate, 'training.batchSize': batchSize }).toEqual(
      best.parameters,
    );
  });

  it.each([
    { search: { algorithm: 'tpe', trials: 14 } },
    { search: { algorithm: 'tpe', trials: 14 }, pruning: { type: 'median', startupTrials: 3 } },
    { search: { algorithm: 'random', trials: 12 }, pruning: { type: 'asha', minEpochs: 1, reductionFactor: 2 } },
    { search: { algorithm: 'random', trials: 12 }, pruning: { type: 'hyperband', minEpochs: 1, reductionFactor: 2 } },
  ])(
    'gives the same result for any number of workers and restarts: $search.algorithm $pruning.type',
    async (settings) => {
      const request = { ...settings, parallel: 3 };
      const service = await openTestService();
      const one = service.startTraining(1);
      const first = await storyOf(service, (await service.begin(request)).id);
      await one.stop();
      const three = service.startTraining(3);
      expect(await storyOf(service, (await service.begin(request)).id)).toEqual(first);
      await three.stop();
      const { id } = await service.begin(request);
      await interrupted(service, id);
      expect(await storyOf(service, id)).toEqual(first);
    },
  );

  it('resumes after a pause, and accepts more trials when it is over', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({ search: { algorithm: 'tpe', trials: 12 } });
    await service.post(`/v1/sweeps/${id}/pause`);
    expect((await service.get(`/v1/sweeps/${id}`)).body).toMatchObject({ state: 'paused', etaSeconds: null });
    expect((await service.postNothing(`/v1/sweeps/${id}/resume`)).status).toBe(200);
    expect(await service.over(id)).toMatchObject({ state: 'succeeded', counts: { succeeded: 12 } });
    const resumed = await service.post(`/v1/sweeps/${id}/resume`, { trials: 3 });
    expect(resumed.body).toMatchObject({ state: 'running', search: { trials: 15 }, endedBy: null });
    expect(await service.over(id)).toMatchObject({ state: 'succeeded', counts: { succeeded: 15 } });
    const unbroken = await service.begin({ search: { algorithm: 'tpe', trials: 15 } });
    expect(await storyOf(service, id)).toEqual(await storyOf(service, unbroken.id));
  });

  it('gets the added trials although another process missed the pause and the resumption', async () => {
    const service = await openTestService();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 2 } });
    const sweep = await loadRunningSweep(service.database, id);
    await service.post(`/v1/sweeps/${id}/pause`);
    await service.post(`/v1/sweeps/${id}/resume`, { trials: 3 });
    if (sweep === undefined) throw new Error('the sweep does not run');
    await expect(stepSweep(service, sweep)).rejects.toThrow(StaleSweepError);
    service.startTraining();
    expect(await service.over(id)).toMatchObject({ endedBy: 'trials', counts: { succeeded: 5 } });
  });

  it('names its trials after itself, however long its name is', async () => {
    const service = await openTestService();
    service.startTraining();
    const name = 'n'.repeat(200);
    const { id } = await service.begin({ name, search: { algorithm: 'random', trials: 2 } });
    expect(await service.over(id)).toMatchObject({ counts: { succeeded: 2 } });
    const { items } = await service.jobs.list({ limit: 50, sweepId: id });
    expect(items.map((job) => job.name).toSorted()).toEqual([`${name} #0`, `${name} #1`]);
  });

  it('resumes pruned trials that new trials make promising', async () => {
    const service = await openTestService();
    service.startTraining();
    const request = { pruning: { type: 'asha', minEpochs: 1, reductionFactor: 2 } };
    const { id } = await service.begin({ ...request, search: { algorithm: 'random', trials: 6 } });
    const before = await service.over(id);
    expect(before.counts.pruned).toBeGreaterThan(0);
    await service.post(`/v1/sweeps/${id}/resume`, { trials: 10 });
    const after = await service.over(id);
    expect(after).toMatchObject({ state: 'succeeded', counts: { failed: 0, cancelled: 0, running: 0, paused: 0 } });
    expect(after.counts.succeeded + after.counts.pruned).toBe(16);
  });

  it('is cancelled with its open trials, but not those that have ended', async () => {
    const service = await openTestService();
    service.startTraining(1);
    const { id } = await service.begin({ ...endless(service), search: { algorithm: 'random', trials: 5 } });
    await untilTraining(service, id, 1);
    const cancelled = await service.post(`/v1/sweeps/${id}/cancel`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', best: null, counts: { running: 0 } });
    const jobs = await service.jobs.list({ limit: 50, sweepId: id });
    for (const { id: jobId } of jobs.items) {
      expect((await over(service.jobs, jobId)).state).toBe('cancelled');
    }
    const trained = jobs.items.reduce((sum, { progress }) => sum + (progress?.epoch ?? 0), 0);
    expect((await service.get(`/v1/sweeps/${id}`)).body.epochs).toBeGreaterThanOrEqual(trained);
    expect(await service.post(`/v1/sweeps/${id}/pause`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
  });

  it('ends at its time limit, with models of its stopped trials', async () => {
    const service = await openTestService();
    service.startTraining();
    const maxSeconds = 3600;
    const { id } = await service.begin({
      ...endless(service),
      maxSeconds,
      search: { algorithm: 'random', trials: 50 },
    });
    await untilTraining(service, id, 2);
    // As if it had started earlier.
    await service.database
      .updateTable('sweeps')
      .set({ ranMs: 1000 * maxSeconds })
      .execute();
    expect(await service.over(id)).toMatchObject({ state: 'succeeded', endedBy: 'seconds', counts: { succeeded: 2 } });
  });

  it('ends when the target is reached, or without progress', async () => {
    const service = await openTestService();
    service.startTraining();
    const easy = await service.begin({
      completion: { target: 100 },
      search: { algorithm: 'random', trials: 50 },
      parallel: 1,
    });
    expect(await service.over(easy.id)).toMatchObject({ endedBy: 'target', counts: { succeeded: 1 } });
    const stuck = await service.begin({
      completion: { trialsWithoutProgress: 3 },
      space: { 'training.seed': { type: 'choice', values: [1] } },
      search: { algorithm: 'random', trials: 50 },
      parallel: 1,
    });
    expect(await service.over(stuck.id)).toMatchObject({ endedBy: 'noProgress', counts: { succeeded: 4 } });
    const { body } = await service.post(`/v1/sweeps/${easy.id}/resume`, {});
    expect(body).toMatchObject({ state: 'running', completion: { target: null } });
    await service.post(`/v1/sweeps/${easy.id}/cancel`);
  });

  it('counts an invalid choice as a failed trial, and fails when no trial succeeds', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({
      space: { 'training.optimizer.learningRate': { type: 'uniform', min: 50, max: 100 } },
      job: {
        ...service.job,
        target: 'x',
        network: { layers: [{ units: 4, activation: 'linear' }] },
        training: { ...TINY.training, clipGradientNorm: null, optimizer: { type: 'sgd' } },
      },
      search: { algorithm: 'random', trials: 3 },
    });
    expect(await service.over(id)).toMatchObject({
      state: 'failed',
      error: { code: 'no_trial_succeeded' },
      counts: { failed: 3 },
    });
    expect((await service.trialsOf(id, 'state=failed'))[0].error).toMatchObject({ code: 'loss_diverged' });
  });

  it('lets other work run while all its choices are invalid', async () => {
    const service = await openTestService();
    const depth = 40;
    const layers = Array.from({ length: depth }, () => ({ units: 2 }));
    const units = { type: 'integer', min: 1, max: 16_384 };
    const { id } = await service.begin({
      job: { ...service.job, network: { layers } },
      space: Object.fromEntries(layers.map((_, i) => [`network.layers.${i}.units`, units])),
      search: { algorithm: 'random', trials: 1000 },
    });
    service.startTraining();
    const cancelled = new Promise((resolve) => setTimeout(() => resolve(service.post(`/v1/sweeps/${id}/cancel`)), 1));
    expect(await cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect((await service.get(`/v1/sweeps/${id}`)).body.counts.failed).toBeLessThan(1000);
  });

  it('finds the Pareto front of several objectives', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({
      space: { ...RATES, 'network.layers.0.units': { type: 'integer', min: 1, max: 32 } },
      objective: [{ metric: 'validationLoss' }, { metric: 'parameterCount' }],
      search: { algorithm: 'tpe', trials: 12 },
    });
    const { front, best } = await service.over(id);
    expect(best).toBeNull();
    const values = (front ?? []).map(({ objectives }) => objectives ?? {});
    expect(values.length).toBeGreaterThan(0);
    for (const a of values)
      for (const b of values) {
        const isBeaten = b.validationLoss <= a.validationLoss && b.parameterCount <= a.parameterCount;
        expect(
          a === b || !isBeaten || (a.validationLoss === b.validationLoss && a.parameterCount === b.parameterCount),
        ).toBe(true);
      }
  });

  it('returns the importance of the hyperparameters when enough trials have ended', async () => {
    const service = await openTestService();
    const few = await service.begin();
    expect(await service.get(`/v1/sweeps/${few.id}/importance`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
    await service.post(`/v1/sweeps/${few.id}/cancel`);
    service.startTraining();
    const space = { ...RATES, 'training.l2': { type: 'logUniform', min: 1e-12, max: 1e-11 } };
    const { id } = await service.begin({ space, search: { algorithm: 'sobol', trials: 24 } });
    await service.over(id);
    const { body } = await service.get(`/v1/sweeps/${id}/importance`);
    expect(body).toMatchObject({ method: 'fanova', trials: 24 });
    const shares = Object.fromEntries(body.items.map(({ parameter, importance }: Shared) => [parameter, importance]));
    expect(Object.values<number>(shares).reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(shares['training.optimizer.learningRate']).toBeGreaterThan(shares['training.l2']);
  });

  it('combines its best trials into one model, which predicts the mean', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 4 } });
    await service.over(id);
    const obeyed = await service.post(`/v1/sweeps/${id}/ensemble`, { name: '\u001b[31m' });
    expect(obeyed).toMatchObject({ status: 400, body: { errors: [{ path: '/name' }] } });
    const { status, body: model, headers } = await service.post(`/v1/sweeps/${id}/ensemble`, { trials: 3 });
    expect([status, headers.location]).toEqual([201, `/v1/models/${model.id}`]);
    const best = await service.trialsOf(id, 'sort=objective&limit=3');
    expect(model).toMatchObject({ name: 'points-kind-best-3', members: best.map(({ modelId }) => modelId) });
    const ask = async (modelId: unknown) => {
      const { body } = await service.post(`/v1/models/${modelId}/predict`, { rows: [{ x: 0.3, y: -0.4 }] });
      return body.predictions[0].probabilities.in;
    };
    const responses = await Promise.all(best.map(({ modelId }) => ask(modelId)));
    expect(await ask(model.id)).toBeCloseTo(
      responses.reduce((sum, response) => sum + response / 3, 0),
      5,
    );
    const lone = await service.begin({ search: { algorithm: 'random', trials: 1 } });
    expect(await service.post(`/v1/sweeps/${lone.id}/ensemble`)).toMatchObject({ status: 409 });
  });

  it('rejects the extension of a trial with a remedy that works', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 1 } });
    const { best } = await service.over(id);
    const refused = await service.post(`/v1/jobs/${best?.jobId}/extend`, { epochs: 2 });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('`hyperparameters`') } });
    const { hyperparameters } = (await service.get(`/v1/jobs/${best?.jobId}`)).body;
    const training = { ...hyperparameters.training, epochs: hyperparameters.training.epochs + 2 };
    const longer = await service.post('/v1/jobs', { ...hyperparameters, training });
    expect(longer.status, JSON.stringify(longer.body)).toBe(202);
  });

  it('shows the models of trials whose jobs were deleted, until the models are deleted', async () => {
    const service = await openTestService();
    service.startTraining();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 2 } });
    const { best } = await service.over(id);
    for (const { jobId } of await service.trialsOf(id))
      expect((await service.remove(`/v1/jobs/${jobId}`)).status).toBe(204);
    const after: Sweep = (await service.get(`/v1/sweeps/${id}`)).body;
    expect(best?.modelId).toMatch(/^mdl_/);
    expect(after.best).toEqual({ ...best, jobId: null });
    expect((await service.post(`/v1/sweeps/${id}/ensemble`)).status).toBe(201);
    expect((await service.remove(`/v1/models/${best?.modelId}`)).status).toBe(204);
    expect((await service.get(`/v1/sweeps/${id}`)).body.best).toEqual({ ...best, jobId: null, modelId: null });
  });

  it('prevents the deletion of its dataset until it is over, and is deleted with its jobs', async () => {
    const service = await openTestService();
    const { id } = await service.begin({ search: { algorithm: 'random', trials: 3 } });
    await expect(service.datasets.remove(service.datasetId)).rejects.toMatchObject({ code: 'dataset_in_use' });
    expect(await service.remove(`/v1/sweeps/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
    service.startTraining();
    const { best } = await service.over(id);
    const retained = await service.begin({ search: { algorithm: 'random', trials: 1 } });
    await service.over(retained.id);
    expect((await service.remove(`/v1/sweeps/${id}`)).status).toBe(204);
    expect((await service.get(`/v1/sweeps/${id}`)).status).toBe(404);
    await expect(service.jobs.get(String(best?.jobId))).rejects.toMatchObject({ code: 'job_not_found' });
    await service.datasets.remove(service.datasetId);
    const resumed = await service.post(`/v1/sweeps/${retained.id}/resume`, { trials: 1 });
    expect(resumed).toMatchObject({ status: 409, body: { code: 'sweep_wrong_state' } });
    expect((await service.get(`/v1/sweeps/${retained.id}`)).body).toMatchObject({
      state: 'succeeded',
      search: { trials: 1 },
    });
  });
});

/** Restarts the worker and its sweep runner a few times. The last ones run on. */
async function interrupted(service: TestService, id: string): Promise<void> {
  for (const seconds of [0.3, 0.6, 0.9]) {
    const { stop } = service.startTraining(2);
    await service.get(`/v1/sweeps/${id}?wait=${seconds}`);
    await stop();
  }
  service.startTraining(2);
}

/** A sweep whose trials do not end on their own. */
function endless({ datasetId }: TestService) {
  const rate = 'training.optimizer.learningRate';
  return { job: { datasetId, target: TINY.target, ...LONG_JOB }, space: { [rate]: RATES[rate] } };
}

/** Resolves when this many trials have reported an epoch. */
async function untilTraining(service: TestService, id: string, count: number): Promise<void> {
  await until(
    () => service.trialsOf(id, 'state=running'),
    (trials) => trials.filter(({ epochs }) => Number(epochs) > 0).length >= count,
  );
}
