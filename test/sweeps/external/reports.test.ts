import { describe, expect, it } from 'vitest';
import { lossByEpoch } from '../../../src/search/learningCurve.ts';
import { createStoppingRungs } from '../../../src/search/pruners/stoppingRungs.ts';
import { milestonesOf, pruningSchema } from '../../../src/search/pruners.ts';
import type { Trial } from '../../../src/sweeps/trials/schemas.ts';
import { openTestService, type TestService } from '../testService.ts';

const EPOCHS = 9;
const EXTERNAL = {
  external: true,
  space: { x: { type: 'uniform', min: 0, max: 1 } },
  search: { algorithm: 'random', trials: 12, seed: 3 },
  objective: { metric: 'cost' },
  parallel: 1,
};
const MEDIAN = { type: 'median', startupTrials: 2, warmupEpochs: 2, maxEpochs: EPOCHS };

async function begin(service: TestService, changes: object = {}): Promise<string> {
  const { status, body } = await service.post('/v1/sweeps', { ...EXTERNAL, ...changes });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.id;
}

/** The objective of a trial after an epoch: it falls towards its x. */
const costAfter = (epoch: number, x: number) => x + 1 / epoch;

/**
 * A client with one trial. Each step is a report, or the result at the end. Undefined: no step is
 * left.
 */
function trainer(service: TestService, id: string, { number, parameters }: Trial, sign: number) {
  let epoch = 0;
  let isPruned = false;
  return async (): Promise<boolean> => {
    const cost = sign * costAfter(epoch + 1, Number(parameters.x));
    if (isPruned) await service.post(`/v1/sweeps/${id}/tell`, { number, pruned: true });
    else if (epoch === EPOCHS) await service.post(`/v1/sweeps/${id}/tell`, { number, objective: cost });
    else {
      epoch += 1;
      const { body, status } = await service.post(`/v1/sweeps/${id}/report`, { number, epoch, objective: cost });
      expect(status, JSON.stringify(body)).toBe(200);
      isPruned = body.prune;
      return true;
    }
    return false;
  };
}

/** Runs all trials of the sweep as clients do. `pick` chooses the trial of the next step. */
async function trainAll(service: TestService, id: string, pick: (turn: number, of: number) => number, sign = 1) {
  const running: (() => Promise<boolean>)[] = [];
  for (let turn = 0; turn < 2000; turn++) {
    const { body } = await service.post(`/v1/sweeps/${id}/ask`);
    if (body.trial) running.push(trainer(service, id, body.trial, sign));
    if (running.length === 0) break;
    const chosen = pick(turn, running.length);
    if (!(await running[chosen]())) running.splice(chosen, 1);
  }
  return (await service.trialsOf(id)).map(({ number, parameters, state, objective, epochs }) => ({
    ...{ number, parameters, state, objective, epochs },
  }));
}

describe('external trials that report', () => {
  it.each([
    { pruning: MEDIAN, most: 8 },
    { pruning: { type: 'asha', minEpochs: 1, maxEpochs: EPOCHS }, most: 6 },
    { pruning: { type: 'hyperband', minEpochs: 1, maxEpochs: EPOCHS }, most: 8 },
  ])('are pruned by $pruning.type, the same ones in any order of reports', async ({ pruning, most }) => {
    const service = await openTestService();
    const changes = { pruning, parallel: 3 };
    const inTurn = await trainAll(service, await begin(service, changes), (turn, of) => turn % of);
    const lastFirst = await trainAll(service, await begin(service, changes), (_, of) => of - 1);
    expect(lastFirst).toEqual(inTurn);
    const done = inTurn.reduce((sum, { epochs }) => sum + (epochs ?? 0), 0);
    expect(done).toBeLessThan(most * 12);
    const states = inTurn.map(({ state }) => state);
    expect(states.slice(0, 3)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(new Set(states)).toEqual(new Set(['succeeded', 'pruned']));
    const best = Math.min(...inTurn.map(({ parameters }) => Number(parameters.x)));
    expect(inTurn.find(({ parameters }) => parameters.x === best)?.state).toBe('succeeded');
  });

  it('are the same ones if the negative is maximized', async () => {
    const service = await openTestService();
    const changes = { pruning: { type: 'asha', minEpochs: 1, maxEpochs: EPOCHS } };
    const inTurn = () => 0;
    const least = await trainAll(service, await begin(service, changes), inTurn);
    const objective = { metric: 'gain', goal: 'maximize' };
    const most = await trainAll(service, await begin(service, { ...changes, objective }), inTurn, -1);
    expect(most.map(({ objective: gain, ...trial }) => ({ ...trial, objective: -(gain ?? 0) }))).toEqual(least);
  });

  it('count with their best report if pruned, and cannot be pruned without a report', async () => {
    const service = await openTestService();
    const id = await begin(service, { pruning: MEDIAN });
    for (const number of [0, 1]) {
      await service.post(`/v1/sweeps/${id}/ask`);
      for (const epoch of [2, 4]) {
        const report = { number, epoch, objective: 3 - epoch / 2 };
        expect((await service.post(`/v1/sweeps/${id}/report`, report)).body).toMatchObject({
          prune: false,
          trial: {
            number,
            state: 'running',
            epochs: epoch,
            objective: 3 - epoch / 2,
            objectives: { cost: 3 - epoch / 2 },
          },
        });
      }
      await service.post(`/v1/sweeps/${id}/tell`, { number, objective: 1 });
    }
    await service.post(`/v1/sweeps/${id}/ask`);
    const pruned = { number: 2, pruned: true };
    expect(await service.post(`/v1/sweeps/${id}/tell`, pruned)).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/pruned' }] },
    });
    const report = (epoch: number, objective: number) =>
      service.post(`/v1/sweeps/${id}/report`, { number: 2, epoch, objective });
    expect((await report(1, 9)).body.prune).toBe(false);
    expect((await report(2, 2)).body.prune).toBe(false);
    expect((await report(5, 2.5)).body).toMatchObject({ prune: true, trial: { objective: 2 } });
    expect((await service.post(`/v1/sweeps/${id}/tell`, pruned)).body).toMatchObject({
      state: 'pruned',
      objective: 2,
      epochs: 5,
    });
    expect((await service.post(`/v1/sweeps/${id}/tell`, pruned)).status).toBe(200);
    expect(await report(6, 1)).toMatchObject({ status: 409, body: { code: 'trial_wrong_state' } });
    expect((await service.get(`/v1/sweeps/${id}`)).body).toMatchObject({
      epochs: 13,
      counts: { succeeded: 2, pruned: 1 },
    });
  });

  it('renew their lease, and can repeat a report', async () => {
    const service = await openTestService();
    const id = await begin(service, { pruning: MEDIAN });
    await service.post(`/v1/sweeps/${id}/ask`, { leaseSeconds: 600 });
    const now = Date.now();
    await service.database
      .updateTable('trials')
      .set({ leaseUntil: now + 1000 })
      .where('sweepId', '=', id)
      .execute();
    const report = { number: 0, epoch: 3, objective: 2 };
    for (const time of ['once', 'again']) {
      const { body } = await service.post(`/v1/sweeps/${id}/report`, report);
      expect(body, time).toMatchObject({ prune: false, trial: { objective: 2, epochs: 3 } });
      expect(Date.parse(body.trial.leaseUntil)).toBeGreaterThan(now + 590_000);
    }
    expect((await service.post(`/v1/sweeps/${id}/report`, { ...report, objective: 3 })).body.trial.objective).toBe(3);
  });

  it('cannot report epochs beyond the last one, whose number pruning requires', async () => {
    const service = await openTestService();
    const id = await begin(service, { pruning: MEDIAN });
    const report = { number: 0, epoch: EPOCHS + 1, objective: 2 };
    expect(await service.post(`/v1/sweeps/${id}/report`, report)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { path: '/epoch', message: 'Epoch 10 exceeds the limit of 9 epochs per trial. Report epochs from 1 to 9.' },
        ],
      },
    });
    expect(await service.post(`/v1/sweeps/${id}/report`, { ...report, epoch: 1 })).toMatchObject({
      status: 404,
      body: { code: 'trial_not_found' },
    });
    const several = await begin(service, { objective: [{ metric: 'cost' }, { metric: 'size' }] });
    await service.post(`/v1/sweeps/${several}/ask`);
    expect(await service.post(`/v1/sweeps/${several}/report`, { ...report, epoch: 1 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/objective' }] },
    });
    const without = await service.post('/v1/sweeps', { ...EXTERNAL, pruning: { type: 'asha' } });
    expect(without).toMatchObject({ status: 422, body: { errors: [{ path: '/pruning/maxEpochs' }] } });
    const ofJobs = { job: service.job, space: { 'training.batchSize': { type: 'choice', values: [16, 32] } } };
    const said = await service.post('/v1/sweeps', { ...ofJobs, pruning: { type: 'asha', maxEpochs: 9 } });
    expect(said).toMatchObject({ status: 422, body: { errors: [{ path: '/pruning/maxEpochs' }] } });
  });

  it('can report without pruning, and are never pruned then', async () => {
    const service = await openTestService();
    const id = await begin(service);
    for (let number = 0; number < 4; number++) {
      await service.post(`/v1/sweeps/${id}/ask`);
      const report = { number, epoch: 1000, objective: number };
      expect((await service.post(`/v1/sweeps/${id}/report`, report)).body.prune).toBe(false);
      await service.post(`/v1/sweeps/${id}/tell`, { number, objective: number });
    }
  });
});

describe('rungs of trials that cannot pause', () => {
  const at = (loss: number) => ({
    loss,
    isOver: true,
    lossAt: lossByEpoch({ goal: 'minimize' }, { over: true, milestones: [{ epoch: 1, value: loss }] }, loss),
  });
  it('let the best third continue, and the best one of fewer than three', () => {
    const rungs = createStoppingRungs([1, 3], 3);
    const worst = () => rungs.initialBudget(9, 9).limits.find(({ epoch }) => epoch === 1)?.worst;
    expect(worst()).toBeUndefined();
    const limits = [5, 3, 4, 1, 2].map((loss, trial) => {
      rungs.observe(trial, at(loss));
      return worst();
    });
    expect(limits).toEqual([5, 3, 3, 1, 2]);
    rungs.observe(5, at(Number.POSITIVE_INFINITY));
    expect(worst()).toBe(2);
    expect(rungs.initialBudget(9, 1).limits).toEqual([]);
  });

  it('are at the milestones of the pruner', () => {
    expect(milestonesOf(pruningSchema.parse({ type: 'asha', minEpochs: 1 }), 9)).toEqual([1, 3]);
    expect(milestonesOf(pruningSchema.parse({ type: 'median' }), 5)).toEqual([1, 2, 3, 4]);
  });
});
