import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

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

describe('an alias', () => {
  it('works in place of the id of a model, and moves', async () => {
    const [first, second] = [await service.save(binaryOutcome()), await service.save(binaryOutcome())];
    expect((await put('live', { modelId: first })).json()).toMatchObject({ name: 'live', modelId: first });
    expect((await get('/v1/models/live')).json()).toMatchObject({ id: first, aliases: ['live'] });
    expect((await get('/v1/models/live/parameters')).statusCode).toBe(200);
    expect((await predict('live')).statusCode).toBe(200);
    expect((await put('live', { modelId: second })).json()).toMatchObject({ modelId: second });
    expect((await get('/v1/models/live')).json().id).toBe(second);
    expect((await put('next', { modelId: 'live' })).json()).toMatchObject({ modelId: second });
  });

  it('is listed, the last changed first, and deleted without its model', async () => {
    const id = await service.save(binaryOutcome());
    for (const { name } of (await get('/v1/aliases')).json().items) await remove(`/v1/aliases/${name}`);
    for (const name of ['b', 'a', 'c']) await put(name, { modelId: id });
    await service.database.updateTable('aliases').set({ updatedAt: 5 }).where('name', 'in', ['a', 'b']).execute();
    const first = (await get('/v1/aliases?limit=2')).json();
    const second = (await get(`/v1/aliases?limit=2&after=${first.next}`)).json();
    expect([...first.items, ...second.items].map(({ name }: { name: string }) => name)).toEqual(['c', 'a', 'b']);
    expect(second.next).toBeNull();
    expect((await remove('/v1/aliases/a')).statusCode).toBe(204);
    expect((await remove('/v1/aliases/a')).json().code).toBe('alias_not_found');
    expect((await get(`/v1/models/${id}`)).json().aliases).toEqual(['b', 'c']);
  });

  it.each(['mdl_1', 'job_x', '-a', 'a b', 'a/b', 'ä', 'x'.repeat(65)])('cannot have the name %j', async (name) => {
    const id = await service.save(binaryOutcome());
    expect((await put(name, { modelId: id })).statusCode).toBe(400);
  });

  it('requires a model', async () => {
    expect((await put('unused', { modelId: 'mdl_0' })).json().code).toBe('model_not_found');
    expect((await put('unused', {})).json().code).toBe('invalid_request');
  });
});
