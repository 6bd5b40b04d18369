import { expect, it } from 'vitest';
import { openTestService, type TestService } from '../testService.ts';

const EXTERNAL = {
  external: true,
  space: { x: { type: 'uniform', min: 0, max: 1 } },
  objective: { metric: 'cost' },
  parallel: 2,
  maxSeconds: 60,
};

/**
 * An external sweep past its time limit, with one trial that has a result and one that is running.
 */
async function beginOverdue(service: TestService): Promise<string> {
  const { body } = await service.post('/v1/sweeps', EXTERNAL);
  for (const _ of 'ab') await service.post(`/v1/sweeps/${body.id}/ask`, { leaseSeconds: 600 });
  await service.post(`/v1/sweeps/${body.id}/tell`, { number: 0, objective: 2 });
  const runningSince = Date.now() - 61_000;
  await service.database.updateTable('sweeps').set({ runningSince }).where('id', '=', body.id).execute();
  return body.id;
}

it('ends at its time limit without a request, as soon as the last lease has expired', async () => {
  const service = await openTestService();
  const id = await beginOverdue(service);
  service.startTraining();
  const { body: still } = await service.get(`/v1/sweeps/${id}?wait=3`);
  expect(still).toMatchObject({ state: 'running', endedBy: 'seconds', counts: { running: 1, succeeded: 1 } });
  expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toEqual({ trial: null, state: 'running', waitFor: 1 });
  await service.database.updateTable('trials').set({ leaseUntil: 1 }).where('state', '=', 'running').execute();
  expect(await service.over(id)).toMatchObject({
    state: 'succeeded',
    endedBy: 'seconds',
    counts: { succeeded: 1, failed: 1 },
    best: { number: 0 },
  });
  expect((await service.get(`/v1/sweeps/${id}/trials/1`)).body).toMatchObject({
    state: 'failed',
    error: { code: 'lease_expired' },
    leaseUntil: null,
  });
});

it('prunes a trial that reports after the time limit, and ends with its result', async () => {
  const service = await openTestService();
  const id = await beginOverdue(service);
  const before = (await service.get(`/v1/sweeps/${id}/trials/1`)).body.leaseUntil;
  const { body } = await service.post(`/v1/sweeps/${id}/report`, { number: 1, epoch: 1, objective: 3 });
  expect(body).toMatchObject({ prune: true, trial: { leaseUntil: before } });
  await service.post(`/v1/sweeps/${id}/tell`, { number: 1, pruned: true });
  expect((await service.get(`/v1/sweeps/${id}`)).body).toMatchObject({
    state: 'succeeded',
    endedBy: 'seconds',
    counts: { succeeded: 1, pruned: 1 },
  });
});

it('does not lease an expired trial after the time limit, and restarts the clock when it is resumed', async () => {
  const service = await openTestService();
  const id = await beginOverdue(service);
  await service.database.updateTable('trials').set({ leaseUntil: 1 }).where('state', '=', 'running').execute();
  expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toEqual({ trial: null, state: 'succeeded', waitFor: null });
  await service.post(`/v1/sweeps/${id}/resume`);
  expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toMatchObject({ trial: { number: 2 } });
});
