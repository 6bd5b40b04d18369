import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packSplit } from '../../../src/training/split/packed.ts';
import type { Splits } from '../../../src/training/split/splits.ts';
import { binaryOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service.close());

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });
const save = (parts: Splits, rows: number) => service.save({ ...binaryOutcome(), split: packSplit(parts, rows) });
const small = () =>
  save({ training: Int32Array.of(0, 1, 4, 6), validation: Int32Array.of(3), test: Int32Array.of(2, 7) }, 8);
const CSV = 'row,part\n0,training\n1,training\n2,test\n3,validation\n4,training\n6,training\n7,test\n';

describe('the split of a model', () => {
  it('lists the rows of each part, and counts those in no part', async () => {
    const id = await small();
    const response = await get(`/v1/models/${id}/split`);
    const { datasetId } = (await get(`/v1/models/${id}`)).json();
    expect(response.json()).toEqual({
      modelId: id,
      datasetId,
      total: 8,
      counts: { training: 4, validation: 1, test: 2, leftOut: 1 },
      rows: { training: [0, 1, 4, 6], validation: [3], test: [2, 7] },
      next: null,
    });
  });

  it('has pages that list each row once, also for one part', async () => {
    const id = await small();
    const walked: Record<string, number[]> = { training: [], validation: [], test: [] };
    for (let after = ''; after !== 'null'; ) {
      const { rows, next, counts } = (await get(`/v1/models/${id}/split?limit=2${after}`)).json();
      for (const part of Object.keys(walked)) walked[part]?.push(...rows[part]);
      expect(counts.training).toBe(4);
      after = next === null ? 'null' : `&after=${next}`;
    }
    expect(walked).toEqual({ training: [0, 1, 4, 6], validation: [3], test: [2, 7] });
    const first = (await get(`/v1/models/${id}/split?part=test&limit=1`)).json();
    expect(first).toMatchObject({ rows: { training: [], validation: [], test: [2] }, next: '2' });
    const second = (await get(`/v1/models/${id}/split?part=test&limit=1&after=2`)).json();
    expect(second).toMatchObject({ rows: { training: [], validation: [], test: [7] }, next: null });
  });

  it.each([
    ['?format=csv', {}],
    ['', { accept: 'text/csv' }],
    ['', { accept: 'text/csv;q=0.9, */*;q=0.1' }],
    ['?format=csv', { accept: 'application/json' }],
  ])('is CSV for %s and %o', async (query, headers) => {
    const response = await get(`/v1/models/${await small()}/split${query}`, headers);
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      vary: expect.stringMatching(/^Accept\b/),
    });
    expect(response.body).toBe(CSV);
  });

  it.each([
    ['', { accept: '*/*' }],
    ['', { accept: 'application/json, text/csv' }],
    ['?format=json', { accept: 'text/csv' }],
  ])('is JSON for %s and %o', async (query, headers) => {
    const response = await get(`/v1/models/${await small()}/split${query}`, headers);
    expect(response.json().total).toBe(8);
  });

  it('is CSV of one part', async () => {
    const response = await get(`/v1/models/${await small()}/split?format=csv&part=test`);
    expect(response.body).toBe('row,part\n2,test\n7,test\n');
  });

  it('is CSV with a limit and an offset', async () => {
    const response = await get(`/v1/models/${await small()}/split?format=csv&after=1&limit=2`);
    expect(response.body).toBe('row,part\n2,test\n3,validation\n');
  });

  it('of a million rows has pages of 200,000 row numbers, and is complete as CSV', async () => {
    const rows = 1_000_000;
    const [training, test] = [0, 1].map((rest) => Int32Array.from({ length: rows / 2 }, (_, i) => 2 * i + rest));
    const id = await save({ training, validation: new Int32Array(), test }, rows);
    const page = await get(`/v1/models/${id}/split`);
    expect(page.body.length).toBeLessThan(2 ** 21);
    expect(page.json()).toMatchObject({ next: '199999', counts: { training: 500_000, test: 500_000 } });
    const last = (await get(`/v1/models/${id}/split?after=799999`)).json();
    expect([last.rows.training.length, last.rows.test.at(-1), last.next]).toEqual([100_000, 999_999, null]);
    const { body } = await get(`/v1/models/${id}/split?format=csv`);
    expect(body.split('\n').length).toBe(rows + 2);
    expect(body.endsWith('\n999999,test\n')).toBe(true);
  });

  it('remains after its dataset was deleted', async () => {
    const id = await small();
    const { datasetId } = (await get(`/v1/models/${id}`)).json();
    await service.database.deleteFrom('datasets').where('id', '=', datasetId).execute();
    expect((await get(`/v1/models/${id}/split`)).json()).toMatchObject({ datasetId: null, total: 8 });
  });

  it('is stored once for all models of the same rows, and deleted with the last one', async () => {
    const stored = async () => (await service.database.selectFrom('splits').select('id').execute()).length;
    const before = await stored();
    const parts = { training: Int32Array.of(5), validation: Int32Array.of(6), test: Int32Array.of(7) };
    const [one, other] = [await save(parts, 9), await save(parts, 9)];
    expect(await stored()).toBe(before + 1);
    await service.app.inject({ method: 'DELETE', url: `/v1/models/${one}` });
    expect((await get(`/v1/models/${other}/split`)).json().total).toBe(9);
    await service.app.inject({ method: 'DELETE', url: `/v1/models/${other}` });
    expect(await stored()).toBe(before);
  });

  it.each([
    ['?part=validate', '/part'],
    ['?limit=0', '/limit'],
    ['?after=-1', '/after'],
    ['?format=tsv', '/format'],
    ['?rows=1', '/rows'],
  ])('is rejected for %s', async (query, path) => {
    const response = await get(`/v1/models/${await small()}/split${query}`);
    expect([response.statusCode, response.json().errors[0].path]).toEqual([400, path]);
  });

  it('is not found for a missing model, or for one without a split', async () => {
    expect((await get('/v1/models/mdl_none/split')).json().code).toBe('model_not_found');
    const id = await small();
    await service.database.updateTable('models').set({ splitId: null }).where('id', '=', id).execute();
    const response = await get(`/v1/models/${id}/split`);
    expect([response.statusCode, response.json().code]).toEqual([404, 'split_not_found']);
  });
});
