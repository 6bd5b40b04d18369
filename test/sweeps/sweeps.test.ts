import { describe, expect, it } from 'vitest';
import { loadRunningSweep } from '../../src/sweeps/runner/runningSweep.ts';
import { stepSweep } from '../../src/sweeps/runner/stepSweep.ts';
import type { Sweep } from '../../src/sweeps/schemas.ts';
import { StaleSweepError } from '../../src/sweeps/store.ts';
import type { Trial } from '../../src/sweeps/trials/schemas.ts';
import { over } from '../jobs/fixtures.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { until } from '../support/until.ts';
import { openRoom, RATES, type Room, TINY } from './testService.ts';

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

async function storyOf(room: Room, id: string) {
  const sweep = await room.over(id);
  return story(await room.trialsOf(id), sweep);
}

describe('a sweep', () => {
  it('runs the given number of trials, each as a job with a model, and names the best', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 5 } });
    const sweep = await room.over(id);
    expect(sweep).toMatchObject({
      state: 'succeeded',
      endedBy: 'trials',
      counts: { succeeded: 5 },
      epochs: 30,
      error: null,
    });
    const trials = await room.trialsOf(id);
    expect(trials.map(({ number, state, epochs }) => [number, state, epochs])).toEqual(
      [0, 1, 2, 3, 4].map((number) => [number, 'succeeded', 6]),
    );
    const best = trials.toSorted((a, b) => Number(a.objective) - Number(b.objective))[0];
    expect(sweep.best).toMatchObject({ number: best.number, objective: best.objective, modelId: best.modelId });
    expect(sweep.trajectory.at(-1)).toMatchObject({ number: best.number, objective: best.objective });
    const job = await room.jobs.get(String(best.jobId));
    expect(job).toMatchObject({ sweepId: id, trial: best.number, best: { validationLoss: best.objective } });
    const { optimizer, batchSize } = job.hyperparameters.training;
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
      const room = await openRoom();
      const one = room.startTraining(1);
      const first = await storyOf(room, (await room.begin(request)).id);
      await one.stop();
      const three = room.startTraining(3);
      expect(await storyOf(room, (await room.begin(request)).id)).toEqual(first);
      await three.stop();
      const { id } = await room.begin(request);
      await interrupted(room, id);
      expect(await storyOf(room, id)).toEqual(first);
    },
  );

  it('resumes after a pause, and accepts more trials when it is over', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({ search: { algorithm: 'tpe', trials: 12 } });
    await room.post(`/v1/sweeps/${id}/pause`);
    expect((await room.get(`/v1/sweeps/${id}`)).body).toMatchObject({ state: 'paused', etaSeconds: null });
    expect((await room.postNothing(`/v1/sweeps/${id}/resume`)).status).toBe(200);
    expect(await room.over(id)).toMatchObject({ state: 'succeeded', counts: { succeeded: 12 } });
    const resumed = await room.post(`/v1/sweeps/${id}/resume`, { trials: 3 });
    expect(resumed.body).toMatchObject({ state: 'running', search: { trials: 15 }, endedBy: null });
    expect(await room.over(id)).toMatchObject({ state: 'succeeded', counts: { succeeded: 15 } });
    const unbroken = await room.begin({ search: { algorithm: 'tpe', trials: 15 } });
    expect(await storyOf(room, id)).toEqual(await storyOf(room, unbroken.id));
  });

  it('gets the added trials although another process missed the pause and the resumption', async () => {
    const room = await openRoom();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 2 } });
    const sweep = await loadRunningSweep(room.database, id);
    await room.post(`/v1/sweeps/${id}/pause`);
    await room.post(`/v1/sweeps/${id}/resume`, { trials: 3 });
    if (sweep === undefined) throw new Error('the sweep does not run');
    await expect(stepSweep(room, sweep)).rejects.toThrow(StaleSweepError);
    room.startTraining();
    expect(await room.over(id)).toMatchObject({ endedBy: 'trials', counts: { succeeded: 5 } });
  });

  it('names its trials after itself, however long its name is', async () => {
    const room = await openRoom();
    room.startTraining();
    const name = 'n'.repeat(200);
    const { id } = await room.begin({ name, search: { algorithm: 'random', trials: 2 } });
    expect(await room.over(id)).toMatchObject({ counts: { succeeded: 2 } });
    const { items } = await room.jobs.list({ limit: 50, sweepId: id });
    expect(items.map((job) => job.name).toSorted()).toEqual([`${name} #0`, `${name} #1`]);
  });

  it('resumes pruned trials that new trials make promising', async () => {
    const room = await openRoom();
    room.startTraining();
    const request = { pruning: { type: 'asha', minEpochs: 1, reductionFactor: 2 } };
    const { id } = await room.begin({ ...request, search: { algorithm: 'random', trials: 6 } });
    const before = await room.over(id);
    expect(before.counts.pruned).toBeGreaterThan(0);
    await room.post(`/v1/sweeps/${id}/resume`, { trials: 10 });
    const after = await room.over(id);
    expect(after).toMatchObject({ state: 'succeeded', counts: { failed: 0, cancelled: 0, running: 0, paused: 0 } });
    expect(after.counts.succeeded + after.counts.pruned).toBe(16);
  });

  it('is cancelled with its open trials, but not those that have ended', async () => {
    const room = await openRoom();
    room.startTraining(1);
    const { id } = await room.begin({ ...endless(room), search: { algorithm: 'random', trials: 5 } });
    await untilTraining(room, id, 1);
    const cancelled = await room.post(`/v1/sweeps/${id}/cancel`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', best: null, counts: { running: 0 } });
    const jobs = await room.jobs.list({ limit: 50, sweepId: id });
    for (const { id: jobId } of jobs.items) {
      expect((await over(room.jobs, jobId)).state).toBe('cancelled');
    }
    const trained = jobs.items.reduce((sum, { progress }) => sum + (progress?.epoch ?? 0), 0);
    expect((await room.get(`/v1/sweeps/${id}`)).body.epochs).toBeGreaterThanOrEqual(trained);
    expect(await room.post(`/v1/sweeps/${id}/pause`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
  });

  it('ends at its time limit, with models of its stopped trials', async () => {
    const room = await openRoom();
    room.startTraining();
    const maxSeconds = 3600;
    const { id } = await room.begin({ ...endless(room), maxSeconds, search: { algorithm: 'random', trials: 50 } });
    await untilTraining(room, id, 2);
    // As if it had started earlier.
    await room.database
      .updateTable('sweeps')
      .set({ ranMs: 1000 * maxSeconds })
      .execute();
    expect(await room.over(id)).toMatchObject({ state: 'succeeded', endedBy: 'seconds', counts: { succeeded: 2 } });
  });

  it('ends when the target is reached, or without progress', async () => {
    const room = await openRoom();
    room.startTraining();
    const easy = await room.begin({
      completion: { target: 100 },
      search: { algorithm: 'random', trials: 50 },
      parallel: 1,
    });
    expect(await room.over(easy.id)).toMatchObject({ endedBy: 'target', counts: { succeeded: 1 } });
    const stuck = await room.begin({
      completion: { trialsWithoutProgress: 3 },
      space: { 'training.seed': { type: 'choice', values: [1] } },
      search: { algorithm: 'random', trials: 50 },
      parallel: 1,
    });
    expect(await room.over(stuck.id)).toMatchObject({ endedBy: 'noProgress', counts: { succeeded: 4 } });
    const { body } = await room.post(`/v1/sweeps/${easy.id}/resume`, {});
    expect(body).toMatchObject({ state: 'running', completion: { target: null } });
    await room.post(`/v1/sweeps/${easy.id}/cancel`);
  });

  it('counts an invalid choice as a failed trial, and fails when no trial succeeds', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({
      space: { 'training.optimizer.learningRate': { type: 'uniform', min: 50, max: 100 } },
      job: {
        ...room.job,
        target: 'x',
        network: { layers: [{ units: 4, activation: 'linear' }] },
        training: { ...TINY.training, clipGradientNorm: null, optimizer: { type: 'sgd' } },
      },
      search: { algorithm: 'random', trials: 3 },
    });
    expect(await room.over(id)).toMatchObject({
      state: 'failed',
      error: { code: 'no_trial_succeeded' },
      counts: { failed: 3 },
    });
    expect((await room.trialsOf(id, 'state=failed'))[0].error).toMatchObject({ code: 'loss_diverged' });
  });

  it('lets other work run while all its choices are invalid', async () => {
    const room = await openRoom();
    const depth = 40;
    const layers = Array.from({ length: depth }, () => ({ units: 2 }));
    const units = { type: 'integer', min: 1, max: 16_384 };
    const { id } = await room.begin({
      job: { ...room.job, network: { layers } },
      space: Object.fromEntries(layers.map((_, i) => [`network.layers.${i}.units`, units])),
      search: { algorithm: 'random', trials: 1000 },
    });
    room.startTraining();
    const cancelled = new Promise((resolve) => setTimeout(() => resolve(room.post(`/v1/sweeps/${id}/cancel`)), 1));
    expect(await cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect((await room.get(`/v1/sweeps/${id}`)).body.counts.failed).toBeLessThan(1000);
  });

  it('finds the Pareto front of several objectives', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({
      space: { ...RATES, 'network.layers.0.units': { type: 'integer', min: 1, max: 32 } },
      objective: [{ metric: 'validationLoss' }, { metric: 'parameterCount' }],
      search: { algorithm: 'tpe', trials: 12 },
    });
    const { front, best } = await room.over(id);
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
    const room = await openRoom();
    const few = await room.begin();
    expect(await room.get(`/v1/sweeps/${few.id}/importance`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
    await room.post(`/v1/sweeps/${few.id}/cancel`);
    room.startTraining();
    const space = { ...RATES, 'training.l2': { type: 'logUniform', min: 1e-12, max: 1e-11 } };
    const { id } = await room.begin({ space, search: { algorithm: 'sobol', trials: 24 } });
    await room.over(id);
    const { body } = await room.get(`/v1/sweeps/${id}/importance`);
    expect(body).toMatchObject({ method: 'fanova', trials: 24 });
    const shares = Object.fromEntries(body.items.map(({ parameter, importance }: Shared) => [parameter, importance]));
    expect(Object.values<number>(shares).reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(shares['training.optimizer.learningRate']).toBeGreaterThan(shares['training.l2']);
  });

  it('combines its best trials into one model, which predicts the mean', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 4 } });
    await room.over(id);
    const obeyed = await room.post(`/v1/sweeps/${id}/ensemble`, { name: '\u001b[31m' });
    expect(obeyed).toMatchObject({ status: 400, body: { errors: [{ path: '/name' }] } });
    const { status, body: model, headers } = await room.post(`/v1/sweeps/${id}/ensemble`, { trials: 3 });
    expect([status, headers.location]).toEqual([201, `/v1/models/${model.id}`]);
    const best = await room.trialsOf(id, 'sort=objective&limit=3');
    expect(model).toMatchObject({ name: 'points-kind-best-3', members: best.map(({ modelId }) => modelId) });
    const ask = async (modelId: unknown) => {
      const { body } = await room.post(`/v1/models/${modelId}/predict`, { rows: [{ x: 0.3, y: -0.4 }] });
      return body.predictions[0].probabilities.in;
    };
    const answers = await Promise.all(best.map(({ modelId }) => ask(modelId)));
    expect(await ask(model.id)).toBeCloseTo(
      answers.reduce((sum, answer) => sum + answer / 3, 0),
      5,
    );
    const lone = await room.begin({ search: { algorithm: 'random', trials: 1 } });
    expect(await room.post(`/v1/sweeps/${lone.id}/ensemble`)).toMatchObject({ status: 409 });
  });

  it('rejects the extension of a trial with a remedy that works', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 1 } });
    const { best } = await room.over(id);
    const refused = await room.post(`/v1/jobs/${best?.jobId}/extend`, { epochs: 2 });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('`hyperparameters`') } });
    const { hyperparameters } = (await room.get(`/v1/jobs/${best?.jobId}`)).body;
    const training = { ...hyperparameters.training, epochs: hyperparameters.training.epochs + 2 };
    const longer = await room.post('/v1/jobs', { ...hyperparameters, training });
    expect(longer.status, JSON.stringify(longer.body)).toBe(202);
  });

  it('shows the models of trials whose jobs were deleted, until the models are deleted', async () => {
    const room = await openRoom();
    room.startTraining();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 2 } });
    const { best } = await room.over(id);
    for (const { jobId } of await room.trialsOf(id)) expect((await room.remove(`/v1/jobs/${jobId}`)).status).toBe(204);
    const after: Sweep = (await room.get(`/v1/sweeps/${id}`)).body;
    expect(best?.modelId).toMatch(/^mdl_/);
    expect(after.best).toEqual({ ...best, jobId: null });
    expect((await room.post(`/v1/sweeps/${id}/ensemble`)).status).toBe(201);
    expect((await room.remove(`/v1/models/${best?.modelId}`)).status).toBe(204);
    expect((await room.get(`/v1/sweeps/${id}`)).body.best).toEqual({ ...best, jobId: null, modelId: null });
  });

  it('prevents the deletion of its dataset until it is over, and is deleted with its jobs', async () => {
    const room = await openRoom();
    const { id } = await room.begin({ search: { algorithm: 'random', trials: 3 } });
    await expect(room.datasets.remove(room.datasetId)).rejects.toMatchObject({ code: 'dataset_in_use' });
    expect(await room.remove(`/v1/sweeps/${id}`)).toMatchObject({ status: 409, body: { code: 'sweep_wrong_state' } });
    room.startTraining();
    const { best } = await room.over(id);
    const retained = await room.begin({ search: { algorithm: 'random', trials: 1 } });
    await room.over(retained.id);
    expect((await room.remove(`/v1/sweeps/${id}`)).status).toBe(204);
    expect((await room.get(`/v1/sweeps/${id}`)).status).toBe(404);
    await expect(room.jobs.get(String(best?.jobId))).rejects.toMatchObject({ code: 'job_not_found' });
    await room.datasets.remove(room.datasetId);
    const resumed = await room.post(`/v1/sweeps/${retained.id}/resume`, { trials: 1 });
    expect(resumed).toMatchObject({ status: 409, body: { code: 'sweep_wrong_state' } });
    expect((await room.get(`/v1/sweeps/${retained.id}`)).body).toMatchObject({
      state: 'succeeded',
      search: { trials: 1 },
    });
  });
});

/** Restarts the worker and its sweep runner a few times. The last ones run on. */
async function interrupted(room: Room, id: string): Promise<void> {
  for (const seconds of [0.3, 0.6, 0.9]) {
    const { stop } = room.startTraining(2);
    await room.get(`/v1/sweeps/${id}?wait=${seconds}`);
    await stop();
  }
  room.startTraining(2);
}

/** A sweep whose trials do not end on their own. */
function endless({ datasetId }: Room) {
  const rate = 'training.optimizer.learningRate';
  return { job: { datasetId, target: TINY.target, ...LONG_JOB }, space: { [rate]: RATES[rate] } };
}

/** Resolves when this many trials have reported an epoch. */
async function untilTraining(room: Room, id: string, count: number): Promise<void> {
  await until(
    () => room.trialsOf(id, 'state=running'),
    (trials) => trials.filter(({ epochs }) => Number(epochs) > 0).length >= count,
  );
}
