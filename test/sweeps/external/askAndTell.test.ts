import { describe, expect, it } from 'vitest';
import { createSearch, type Segment } from '../../../src/search/search.ts';
import { createAskAndTell } from '../../../src/sweeps/external/askAndTell.ts';
import { createSearchCache } from '../../../src/sweeps/external/searchCache.ts';
import type { Suggest } from '../../../src/sweeps/external/searchWorker.ts';
import { searchSettingsOf } from '../../../src/sweeps/request/settings.ts';
import { TENANT } from '../../support/access.ts';
import { openTestService, type TestService } from '../testService.ts';

const SPACE = { x: { type: 'uniform', min: -5, max: 10 }, kind: { type: 'choice', values: ['a', 'b'] } };
const EXTERNAL = {
  external: true,
  space: SPACE,
  search: { algorithm: 'tpe', trials: 14 },
  objective: { metric: 'cost' },
};
const costOf = ({ x }: { readonly x: number }) => (x - 3) ** 2;

async function beginExternal(service: TestService, changes: object = {}): Promise<string> {
  const { status, body } = await service.post('/v1/sweeps', { ...EXTERNAL, ...changes });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.id;
}

describe('a trial without a finite objective', () => {
  it.each(['NaN', 'Infinity', '-Infinity', 'null'])(
    'is not accepted as %s, and the error says how to report it',
    async (value) => {
      const service = await openTestService();
      const id = await beginExternal(service);
      await service.post(`/v1/sweeps/${id}/ask`);
      const bodies = [
        ['report', `{"number": 0, "epoch": 1, "objective": ${value}}`],
        ['tell', `{"number": 0, "objective": ${value}}`],
      ] as const;
      for (const [action, body] of bodies) {
        const response = await service.postText(`/v1/sweeps/${id}/${action}`, body);
        expect(response.status).toBe(400);
        expect(response.body.detail).toContain('has failed. Send {"number": 7, "failed": true} to `/tell`');
      }
      const { body } = await service.post(`/v1/sweeps/${id}/tell`, { number: 0, failed: true });
      expect(body).toMatchObject({ state: 'failed', objective: null });
    },
  );
});

describe('ask and tell', () => {
  it('run a search for an external client until all trials have a result', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { parallel: 1 });
    for (let n = 0; n < 14; n++) {
      const { body } = await service.post(`/v1/sweeps/${id}/ask`);
      expect(body).toMatchObject({
        state: 'running',
        waitFor: null,
        trial: { number: n, state: 'running', jobId: null },
      });
      const result = { number: n, objective: costOf(body.trial.parameters) };
      const trial = await service.post(`/v1/sweeps/${id}/tell`, result);
      expect(trial.body).toMatchObject({
        state: 'succeeded',
        objective: result.objective,
        objectives: { cost: result.objective },
      });
    }
    const sweep = (await service.get(`/v1/sweeps/${id}`)).body;
    expect(sweep).toMatchObject({ state: 'succeeded', endedBy: 'trials', counts: { succeeded: 14 } });
    expect(sweep.best.objective).toBeLessThan(1);
    expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toEqual({
      trial: null,
      state: 'succeeded',
      waitFor: null,
    });
  });

  it('leave the trials of an external sweep to the client while the service runs other sweeps', async () => {
    const service = await openTestService();
    service.startTraining();
    const id = await beginExternal(service);
    await service.over((await service.begin({ search: { algorithm: 'random', trials: 2 } })).id);
    expect((await service.get(`/v1/sweeps/${id}`)).body).toMatchObject({ state: 'running', counts: { failed: 0 } });
    expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toMatchObject({ trial: { number: 0, state: 'running' } });
  });

  it('give the trials of the search alone, for any client and any order of results', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { parallel: 3 });
    const out: { number: number; parameters: { x: number } }[] = [];
    for (let turn = 0; turn < 200; turn++) {
      const responses = await Promise.all([0, 1].map(() => service.post(`/v1/sweeps/${id}/ask`)));
      for (const { body } of responses) if (body.trial) out.push(body.trial);
      if (out.length === 0) break;
      const [trial] = out.splice((turn * 7) % out.length, 1);
      await service.post(`/v1/sweeps/${id}/tell`, { number: trial.number, objective: costOf(trial.parameters) });
    }
    const trials = await service.trialsOf(id);
    const { body: sweep } = await service.get(`/v1/sweeps/${id}`);
    const search = createSearch(searchSettingsOf({ ...sweep, epochs: null }));
    for (const { number, parameters } of trials) {
      expect(search.next()).toMatchObject({ kind: 'ask', parameters });
      const objectives = [costOf(parameters as { x: number })];
      const segment: Segment = { trial: number, parameters, until: null, result: { objectives, over: true } };
      search.add(segment);
    }
    expect(sweep).toMatchObject({ state: 'succeeded', counts: { succeeded: 14 } });
  });

  it('give no trial while `parallel` trials are running, and wait for a result if requested', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { parallel: 1 });
    await service.post(`/v1/sweeps/${id}/ask`);
    expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toEqual({ trial: null, state: 'running', waitFor: 0 });
    const waiting = service.post(`/v1/sweeps/${id}/ask?wait=20`);
    await service.post(`/v1/sweeps/${id}/tell`, { number: 0, failed: true, message: 'it rained' });
    expect((await waiting).body).toMatchObject({ trial: { number: 1 } });
    expect((await service.get(`/v1/sweeps/${id}/trials/0`)).body).toMatchObject({
      state: 'failed',
      error: { code: 'told_failed', message: 'it rained' },
    });
  });

  it('lease an expired trial again, and accept a late result', async () => {
    const service = await openTestService();
    const id = await beginExternal(service);
    const { body: first } = await service.post(`/v1/sweeps/${id}/ask`, { leaseSeconds: 1 });
    await service.database.updateTable('trials').set({ leaseUntil: 1 }).where('sweepId', '=', id).execute();
    const { body: again } = await service.post(`/v1/sweeps/${id}/ask`, { leaseSeconds: 600 });
    expect(again.trial).toMatchObject({ number: 0, parameters: first.trial.parameters });
    expect(Date.parse(again.trial.leaseUntil)).toBeGreaterThan(Date.now() + 500_000);
    expect((await service.post(`/v1/sweeps/${id}/tell`, { number: 0, objective: 1 })).status).toBe(200);
  });

  it('accept the same result twice, but no other result of a trial that has ended', async () => {
    const service = await openTestService();
    const id = await beginExternal(service);
    await service.post(`/v1/sweeps/${id}/ask`);
    const tell = (body: object) => service.post(`/v1/sweeps/${id}/tell`, body);
    expect((await tell({ number: 0, objective: 2 })).status).toBe(200);
    expect((await tell({ number: 0, objective: 2 })).status).toBe(200);
    expect(await tell({ number: 0, objective: 3 })).toMatchObject({ status: 409, body: { code: 'trial_wrong_state' } });
    expect(await tell({ number: 0, failed: true })).toMatchObject({ status: 409 });
    expect(await tell({ number: 7, objective: 3 })).toMatchObject({ status: 404, body: { code: 'trial_not_found' } });
    expect(await tell({ number: 0 })).toMatchObject({ status: 400 });
  });

  it('store the last result while another client pauses the sweep', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { search: { algorithm: 'random', trials: 1 } });
    await service.post(`/v1/sweeps/${id}/ask`);
    const suggest: Suggest = async () => {
      await service.post(`/v1/sweeps/${id}/pause`);
      return { kind: 'end', reason: 'trials' };
    };
    const { tell } = createAskAndTell(
      { ...service, searchCache: createSearchCache({ ...service, suggest }), clock: Date.now },
      TENANT.project,
    );
    expect(await tell(id, { number: 0, objective: 2 })).toMatchObject({ state: 'succeeded', objective: 2 });
    await service.post(`/v1/sweeps/${id}/resume`);
    expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toEqual({
      trial: null,
      state: 'succeeded',
      waitFor: null,
    });
  });

  it('resume a cancelled sweep and count its open trials as failed', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { parallel: 2, search: { algorithm: 'random', trials: 3 } });
    for (let n = 0; n < 2; n++) await service.post(`/v1/sweeps/${id}/ask`);
    await service.post(`/v1/sweeps/${id}/cancel`);
    await service.post(`/v1/sweeps/${id}/resume`);
    expect((await service.post(`/v1/sweeps/${id}/ask`)).body).toMatchObject({ trial: { number: 2 } });
    await service.post(`/v1/sweeps/${id}/tell`, { number: 2, objective: 2 });
    expect((await service.get(`/v1/sweeps/${id}`)).body).toMatchObject({
      state: 'succeeded',
      counts: { succeeded: 1, cancelled: 2 },
    });
  });

  it('require every objective by name if there are several', async () => {
    const service = await openTestService();
    const objective = [{ metric: 'cost' }, { metric: 'speed', goal: 'maximize' }];
    const id = await beginExternal(service, { objective });
    await service.post(`/v1/sweeps/${id}/ask`);
    const tell = (body: object) => service.post(`/v1/sweeps/${id}/tell`, { number: 0, ...body });
    expect(await tell({ objective: 1 })).toMatchObject({ status: 422, body: { errors: [{ path: '/objective' }] } });
    expect(await tell({ objectives: { cost: 1, size: 2 } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/objectives/speed' }, { path: '/objectives/size' }] },
    });
    expect((await tell({ objectives: { cost: 1, speed: 2 } })).body).toMatchObject({
      objectives: { cost: 1, speed: 2 },
    });
    expect((await service.get(`/v1/sweeps/${id}`)).body.front).toMatchObject([{ number: 0 }]);
  });

  it('show a hundred trials of a Pareto front, and list all of them', async () => {
    const service = await openTestService();
    const objective = [{ metric: 'cost' }, { metric: 'speed', goal: 'maximize' }];
    const id = await beginExternal(service, { objective, search: { algorithm: 'random', trials: 200 } });
    const trials = Array.from({ length: 150 }, (_, number) => ({
      ...{ sweepId: id, number, parameters: '{}', state: 'succeeded' as const, createdAt: 1, finishedAt: 1 },
      // Each third trial is dominated by the one before it.
      objectives: JSON.stringify({
        cost: number % 3 === 2 ? number + 1 : number,
        speed: number % 3 === 2 ? 0 : number,
      }),
    }));
    await service.database.insertInto('trials').values(trials).execute();
    const front = trials.map(({ number }) => number).filter((number) => number % 3 !== 2);
    const { body } = await service.get(`/v1/sweeps/${id}`);
    expect(body.frontSize).toBe(100);
    await service.database
      .updateTable('trials')
      .set({ objectives: '{"cost":-1,"speed":-1}' })
      .where('number', '=', 2)
      .execute();
    const { body: more } = await service.get(`/v1/sweeps/${id}`);
    expect([more.frontSize, more.front.length]).toEqual([101, 100]);
    expect(more.front.map(({ number }: { number: number }) => number)).toEqual([0, 1, 2, ...front.slice(2, 99)]);
    const list = async (query: string) => (await service.get(`/v1/sweeps/${id}/trials?front=true&${query}`)).body;
    const first = await list('limit=60');
    const second = await list(`limit=60&after=${first.next}`);
    expect([first.items.length, second.items.length, second.next]).toEqual([60, 41, null]);
    expect(second.items.at(-1).number).toBe(148);
    expect((await list('limit=200&state=failed')).items).toEqual([]);
  });

  it('accept the same result twice if the names of the objectives are numbers', async () => {
    const service = await openTestService();
    const id = await beginExternal(service, { objective: [{ metric: '95' }, { metric: '50' }] });
    await service.post(`/v1/sweeps/${id}/ask`);
    const result = { number: 0, objectives: { 95: 2, 50: 1 } };
    for (const time of ['once', 'again'])
      expect((await service.post(`/v1/sweeps/${id}/tell`, result)).status, time).toBe(200);
  });

  it('are rejected for a sweep whose trials are jobs', async () => {
    const service = await openTestService();
    const { id } = await service.begin();
    expect(await service.post(`/v1/sweeps/${id}/ask`)).toMatchObject({
      status: 409,
      body: { code: 'sweep_wrong_state' },
    });
    expect(await service.post(`/v1/sweeps/${id}/tell`, { number: 0, objective: 1 })).toMatchObject({ status: 409 });
  });
});
