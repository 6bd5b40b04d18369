import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

let service: TrainingService;
beforeAll(async () => {
  service = await openTrainingService();
});
afterAll(() => service.close());

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';
const ROWS = Array.from({ length: 60 }, (_, i) => ({ flag: i % 3 === 0, y: i % 2 ? 'a' : 'b' }));
const REQUEST = { target: 'y', features: { types: { flag: 'categorical' } }, training: { epochs: 2 } };
const csvOf = (no: string, yes: string) => `flag,y\n${ROWS.map(({ flag, y }) => `${flag ? yes : no},${y}\n`).join('')}`;

it.each([
  ['False and True', csvOf('False', 'True'), CSV, {}, ['False', 'True']],
  ['no and yes', csvOf('no', 'yes'), CSV, { types: 'flag:boolean' }, ['no', 'yes']],
  ['N and Y in any case', csvOf('N', 'Y').replace('Y,b', 'y,b'), CSV, { types: 'flag:boolean' }, ['N', 'Y']],
  ['0 and 1', csvOf('0', '1'), CSV, { types: 'flag:boolean' }, ['0', '1']],
  ['booleans of JSON', ROWS.map((row) => `${JSON.stringify(row)}\n`).join(''), NDJSON, {}, ['false', 'true']],
])('booleans as categories are the words of the file: %s', async (_, file, type, query, words) => {
  const uploaded = (await service.post(file, type, query)).json();
  expect(uploaded.columns[0]).toMatchObject({ type: 'boolean' });
  const id = await service.train(uploaded.id, REQUEST);
  expect((await service.model(id)).inputs).toEqual([
    expect.objectContaining({ name: 'flag', type: 'categorical', categories: words }),
  ]);
  const predict = (payload: string | object, mediaType: string) =>
    service.app.inject({
      ...{ method: 'POST', url: `/v1/models/${id}/predict`, payload },
      headers: { 'content-type': mediaType },
    });
  const fromFile = await predict(file, type);
  expect([fromFile.statusCode, fromFile.headers['trainyard-warnings']]).toEqual([200, undefined]);
  const rows = await service.datasetRows(uploaded.id);
  expect((await predict({ rows }, 'application/json')).json().warnings).toEqual([]);
  const [no, yes] = words;
  const ofWords = (await predict({ rows: [{ flag: no }, { flag: yes }] }, 'application/json')).json();
  const ofValues = (await predict({ rows: [{ flag: false }, { flag: true }] }, 'application/json')).json();
  expect(ofWords).toEqual(ofValues);
});
