import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesIn, startDatasets, type TestService } from './support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

const CSV = 'age,income\n39,<=50K\n52,>50K\n?,<=50K\n';

function upload(payload: string | Buffer, headers: Record<string, string> = {}, query = 'name=adult') {
  return service.app.inject({
    method: 'POST',
    url: `/v1/datasets?${query}`,
    headers: { 'content-type': 'text/csv', ...headers },
    payload,
  });
}

describe('POST /v1/datasets', () => {
  it('answers 201 with the profile of every column', async () => {
    const answer = await upload(CSV);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.location).toBe(`/v1/datasets/${answer.json().id}`);
    expect(answer.json()).toMatchObject({
      name: 'adult',
      state: 'ready',
      rows: 3,
      bytes: CSV.length,
      columns: [
        { name: 'age', type: 'numeric', missing: 1, distinct: 2, min: 39, max: 52, mean: 45.5 },
        { name: 'income', type: 'categorical', missing: 0, distinct: 2, top: [{ value: '<=50K', count: 2 }, {}] },
      ],
    });
  });

  it.each([
    [
      'application/json',
      JSON.stringify([
        { age: 39, income: '<=50K' },
        { age: 52, income: '>50K' },
      ]),
    ],
    ['application/x-ndjson', '{"age":39,"income":"<=50K"}\n{"age":52,"income":">50K"}\n'],
    ['text/tab-separated-values', 'age\tincome\n39\t<=50K\n52\t>50K\n'],
    ['text/plain', 'age;income\n39;<=50K\n52;>50K\n'],
  ])('reads %s', async (type, body) => {
    const answer = await upload(body, { 'content-type': type });
    expect(answer.json()).toMatchObject({
      rows: 2,
      columns: [
        { name: 'age', type: 'numeric' },
        { name: 'income', type: 'categorical' },
      ],
    });
  });

  it('unpacks gzip, said or unsaid', async () => {
    const said = await upload(gzipSync(CSV), { 'content-encoding': 'gzip' });
    const unsaid = await upload(gzipSync(CSV));
    expect([said.json().sha256, unsaid.json().sha256]).toEqual([said.json().sha256, said.json().sha256]);
    expect(said.json().bytes).toBe(CSV.length);
  });

  it('takes the file of a form and its name', async () => {
    const form = new FormData();
    form.set('file', new Blob([CSV], { type: 'text/csv' }), 'people.csv');
    const body = new Response(form);
    const answer = await upload(
      Buffer.from(await body.arrayBuffer()),
      { 'content-type': body.headers.get('content-type') ?? '' },
      '',
    );
    expect(answer.json()).toMatchObject({ name: 'people', rows: 3 });
  });
});
