import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOutcome } from './support/outcomes.ts';
import { openTestService, type TestService } from './support/testService.ts';

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service.close());

const get = (url: string) => service.app.inject({ method: 'GET', url });
const remove = (url: string) => service.app.inject({ method: 'DELETE', url });
const predict = (id: string) =>
  service.app.inject({
    method: 'POST',
    url: `/v1/models/${id}/predict`,
    payload: { rows: [{ age: 50, work: 'State' }] },
  });
const put = (name: string, payload: object) =>
  service.app.inject({ method: 'PUT', url: `/v1/aliases/${encodeURIComponent(name)}`, payload });

describe('a model', () => {
  it('shows its inputs and target, its layers with their shapes, and its metrics', async () => {
    const id = await service.save(binaryOutcome());
    const response = await get(`/v1/models/${id}`);
    expect(response.statusCode).toBe(200);
    const model = response.json();
    expect(model).toMatchObject({
      id,
      name: expect.stringMatching(/^model \d+$/),
      jobId: expect.stringMatching(/^job_\d+$/),
      datasetId: expect.stringMatching(/^ds_\d+$/),
      task: 'binary',
      target: 'income',
      classes: ['no', 'yes'],
      inputs: [
        { name: 'age', type: 'numeric', range: [17, 90] },
        { name: 'work', type: 'categorical', categories: ['Private', 'State'] },
      ],
      layers: [
        { layer: 1, units: 2, activation: 'relu', dropout: 0.1, shapes: { W: [2, 3], b: [2, 1] } },
        { layer: 2, units: 1, activation: 'linear', dropout: 0, shapes: { W: [1, 2], b: [1, 1] } },
      ],
      parameterCount: 11,
      // The row has one number and one category: two inputs of each of the 2 units are not 0.
      multiplyAddsPerRow: 2 * 2 + 2,
      metrics: { training: { loss: 0.3, rocAuc: null }, test: null },
      best: { epoch: 7, validationLoss: 0.31 },
      hyperparameters: { target: 'income' },
      aliases: [],
      warnings: [{ code: 'identifier_left_out', column: 'id' }],
    });
    expect(model.createdAt).toMatch(/^\d{4}-.*Z$/);
  });

  it('is deleted by force with its parameters and aliases, and no longer predicts', async () => {
    const id = await service.save(binaryOutcome());
    await put('doomed', { modelId: id });
    expect((await predict('doomed')).statusCode).toBe(200);
    expect((await remove(`/v1/models/${id}?force=true`)).statusCode).toBe(204);
    for (const response of [
      await get(`/v1/models/${id}`),
      await predict(id),
      await predict('doomed'),
      await remove(`/v1/models/${id}`),
    ]) {
      expect([response.statusCode, response.json().code]).toEqual([404, 'model_not_found']);
    }
    expect((await get('/v1/aliases/doomed')).json().code).toBe('alias_not_found');
    expect(await service.database.selectFrom('parameters').selectAll().where('modelId', '=', id).execute()).toEqual([]);
  });

  it('is not deleted while it has aliases, also by alias, and the error names them and the remedy', async () => {
    const id = await service.save(binaryOutcome());
    const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];
    for (const name of names) await put(name, { modelId: id });
    for (const path of [`/v1/models/${id}`, '/v1/models/a1', `/v1/models/${id}?force=false`]) {
      const refused = await remove(path);
      expect([refused.statusCode, refused.json().code]).toEqual([409, 'model_in_use']);
      expect(refused.json().detail).toBe(
        `The model ${id} has aliases: a1, a2, a3, a4, a5 and 2 more. Point them at another model or delete them first, or pass force=true to delete them with the model.`,
      );
    }
    expect((await predict('a7')).statusCode).toBe(200);
    for (const name of names) await remove(`/v1/aliases/${name}`);
    expect((await remove(`/v1/models/${id}`)).statusCode).toBe(204);
  });

  it('rejects a `force` that is neither true nor false', async () => {
    const response = await remove(`/v1/models/${await service.save(binaryOutcome())}?force=yes`);
    expect([response.statusCode, response.json().errors[0].path]).toEqual([400, '/force']);
  });

  it('remains after its job was deleted', async () => {
    const id = await service.save(binaryOutcome());
    const { jobId } = (await get(`/v1/models/${id}`)).json();
    await service.database.deleteFrom('jobs').where('id', '=', jobId).execute();
    expect((await get(`/v1/models/${id}`)).json()).toMatchObject({ id, jobId: null });
  });

  it('is not saved if its description could not be read again', async () => {
    const outcome = binaryOutcome();
    const broken = { ...outcome, target: { ...outcome.target, classes: [1] } } as never;
    await expect(service.save(broken)).rejects.toThrow();
  });
});

describe('the list of models', () => {
  it('shows models without large fields, otherwise as each model shows itself', async () => {
    const id = await service.save(binaryOutcome());
    await put('listed', { modelId: id });
    const {
      classes: _,
      inputs: __,
      embedding: ______,
      layers: ___,
      hyperparameters: ____,
      warnings: _____,
      notes: _______,
      ...model
    } = (await get(`/v1/models/${id}`)).json();
    for (const part of ['training', 'validation']) delete model.metrics[part].confusionMatrix;
    expect((await get('/v1/models?limit=1')).json().items).toEqual([model]);
  });

  it('is ordered from newest to oldest, in pages, and filtered by dataset', async () => {
    const ids = [
      await service.save(binaryOutcome()),
      await service.save(binaryOutcome()),
      await service.save(binaryOutcome()),
    ];
    const first = (await get('/v1/models?limit=2')).json();
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
    const second = (await get(`/v1/models?limit=1&after=${first.next}`)).json();
    expect(second.items[0].id).toBe(ids[0]);
    const { datasetId } = first.items[1];
    expect((await get(`/v1/models?datasetId=${datasetId}`)).json()).toMatchObject({
      items: [{ id: ids[1] }],
      next: null,
    });
    expect((await get('/v1/models?after=nonsense')).statusCode).toBe(400);
  });
});
