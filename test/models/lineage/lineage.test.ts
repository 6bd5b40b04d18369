import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
let datasetId: string;
let twins: readonly [string, string];
beforeAll(async () => {
  service = await openTrainingService();
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 9},${i % 2}`);
  datasetId = await service.upload(['x,y', ...rows].join('\n'));
  twins = await service.twins(datasetId, {
    ...{ target: 'y', training: { epochs: 1 } },
    network: { layers: [{ units: 2 }] },
  });
});
afterAll(() => service.close());

async function get(path: string) {
  const response = await service.app.inject({ method: 'GET', url: `/v1/models${path}` });
  return response.json();
}

async function patch(id: string, payload: object) {
  const response = await service.app.inject({ method: 'PATCH', url: `/v1/models/${id}`, payload });
  return { status: response.statusCode, body: response.json() };
}

describe('the name, labels and notes of a model', () => {
  it('change together or one by one, and nothing else does', async () => {
    const [id] = twins;
    const before = await get(`/${id}`);
    expect(before).toMatchObject({ labels: {}, notes: '' });
    const change = {
      name: 'churn 2026',
      labels: { team: 'risk', stage: 'new' },
      notes: '# Use\nNot for new contracts.',
    };
    const { status, body } = await patch(id, change);
    expect([status, body]).toEqual([200, { ...before, ...change }]);
    expect((await patch(id, { labels: { team: 'fraud' } })).body).toEqual({
      ...before,
      ...change,
      labels: { team: 'fraud' },
    });
    expect((await patch(id, {})).body).toEqual({ ...before, ...change, labels: { team: 'fraud' } });
    expect(await get(`/${id}`)).toEqual((await patch(id, {})).body);
  });

  it('select models of the list, which leaves out the notes', async () => {
    const [first, second] = twins;
    await patch(first, { labels: { team: 'risk', stage: 'new' } });
    await patch(second, { labels: { team: 'risk', stage: 'a:b' } });
    const idsOf = async (query: string) => (await get(`?${query}`)).items.map(({ id }: { id: string }) => id);
    expect(await idsOf('label=team:risk')).toEqual([second, first]);
    expect(await idsOf('label=team:risk&label=stage:new')).toEqual([first]);
    expect(await idsOf('label=stage:a:b')).toEqual([second]);
    expect(await idsOf('label=team:none')).toEqual([]);
    const { items } = await get('?label=stage:new');
    expect(items[0].labels).toEqual({ team: 'risk', stage: 'new' });
    expect(items[0]).not.toHaveProperty('notes');
  });

  it.each([
    [{ name: '' }, '/name'],
    [{ notes: 'x'.repeat(20_001) }, '/notes'],
    [{ labels: { 'a b': 'c' } }, '/labels/a b'],
    [{ labels: { a: 'line\nbreak' } }, '/labels/a'],
    [{ target: 'z' }, '/target'],
  ])('are refused where they are malformed: %j', async (change, path) => {
    const { status, body } = await patch(twins[0], change);
    expect([status, body.errors[0].path]).toEqual([400, path]);
  });

  it('are those of models that exist, and are deleted with them', async () => {
    expect((await patch('mdl_none', { name: 'x' })).body).toMatchObject({ status: 404, code: 'model_not_found' });
    const doomed = await service.train(datasetId, { target: 'y', training: { epochs: 1 }, network: { layers: [] } });
    await patch(doomed, { labels: { doomed: 'yes' } });
    await service.app.inject({ method: 'DELETE', url: `/v1/models/${doomed}` });
    const left = await service.database.selectFrom('modelLabels').where('modelId', '=', doomed).selectAll().execute();
    expect(left).toEqual([]);
  });
});

describe('the lineage of a model', () => {
  it('has its dataset, its job, its ensembles and its aliases', async () => {
    const [id] = twins;
    const ensemble = await service.ensemble(twins);
    await service.app.inject({ method: 'PUT', url: '/v1/aliases/live', payload: { modelId: id } });
    const model = await get(`/${id}`);
    expect(await get('/live/lineage')).toEqual({
      dataset: {
        ...{ id: datasetId, name: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 60 },
        ...{ createdAt: expect.any(String), deleted: false },
      },
      job: { id: model.jobId, name: expect.any(String), state: 'succeeded', createdAt: expect.any(String) },
      sweep: null,
      model: { id, name: model.name, sha256: model.sha256, createdAt: model.createdAt },
      members: [],
      ensembles: [{ id: ensemble, name: expect.any(String) }],
      aliases: ['live'],
    });
    const { members, job, ensembles } = await get(`/${ensemble}/lineage`);
    expect(members.map((member: { id: string }) => member.id)).toEqual(twins);
    expect(members[0]).toMatchObject({ deleted: false, name: model.name });
    expect([job, ensembles]).toEqual([null, []]);
  });

  it('names what was deleted', async () => {
    const id = await service.upload(['x,y', ...Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2}`)].join('\n'));
    const [first, second] = await service.twins(id, { target: 'y', training: { epochs: 1 }, network: { layers: [] } });
    const ensemble = await service.ensemble([first, second]);
    await service.app.inject({ method: 'DELETE', url: `/v1/models/${second}` });
    expect((await get(`/${ensemble}/lineage`)).members[1]).toEqual({ id: second, name: null, deleted: true });
    await service.database.deleteFrom('datasets').where('id', '=', id).execute();
    expect((await get(`/${first}/lineage`)).dataset).toMatchObject({ id, name: null, deleted: true });
    expect((await get(`/${ensemble}/lineage`)).dataset).toBeNull();
    expect(await get('/mdl_none/lineage')).toMatchObject({ code: 'model_not_found' });
  });

  it('has the sweep of a trial', async () => {
    const [id] = twins;
    const { jobId } = await get(`/${id}`);
    const sweep = {
      id: 'swp_1',
      project: 'default',
      name: 'search',
      datasetId,
      state: 'succeeded',
      request: '{}',
    } as const;
    await service.database
      .insertInto('sweeps')
      .values({ ...sweep, endedBy: 'trials', error: null, ranMs: 0, runningSince: null, createdAt: 0, finishedAt: 1 })
      .execute();
    await service.database.updateTable('jobs').set({ sweepId: 'swp_1', trial: 3 }).where('id', '=', jobId).execute();
    expect((await get(`/${id}/lineage`)).sweep).toEqual({ id: 'swp_1', name: 'search', trial: 3 });
  });
});
