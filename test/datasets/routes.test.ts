import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesIn, startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets({ uploadBytes: 100_000 });
});
afterAll(() => service.close());

const CSV = 'age,income\n39,<=50K\n52,>50K\n?,<=50K\n';

describe('POST /v1/datasets', () => {
  it('responds with 201 and the profile of every column', async () => {
    const answer = await upload(service, CSV, { query: { name: 'adult' } });
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
      error: null,
    });
  });

  it.each([
    ['application/json', '[{"age":39,"income":"<=50K"},{"age":52,"income":">50K"}]'],
    ['application/x-ndjson', '{"age":39,"income":"<=50K"}\n{"age":52,"income":">50K"}\n'],
    ['text/tab-separated-values', 'age\tincome\n39\t<=50K\n52\t>50K\n'],
    ['text/plain', 'age;income\n39;<=50K\n52;>50K\n'],
    ['application/octet-stream', '[{"age":39,"income":"<=50K"},{"age":52,"income":">50K"}]'],
  ])('reads %s', async (type, body) => {
    const answer = await upload(service, body, { type });
    expect(answer.json()).toMatchObject({
      rows: 2,
      columns: [
        { name: 'age', type: 'numeric' },
        { name: 'income', type: 'categorical' },
      ],
    });
  });

  it('decompresses gzip, declared or not', async () => {
    const said = await upload(service, gzipSync(CSV), { headers: { 'content-encoding': 'gzip' } });
    const unsaid = await upload(service, gzipSync(CSV));
    expect(said.json()).toMatchObject({ bytes: CSV.length, rows: 3 });
    expect(unsaid.json().sha256).toBe(said.json().sha256);
  });

  it('accepts the file of a form, and its name', async () => {
    const answer = await uploadForm('file', 'people.csv.gz', gzipSync(CSV));
    expect(answer.json()).toMatchObject({ name: 'people', rows: 3 });
  });

  it('does not change the body parsers of other routes', async () => {
    const answer = await service.app.inject({ method: 'DELETE', url: '/v1/datasets/ds_none', payload: {} });
    expect(answer.json()).toMatchObject({ code: 'dataset_not_found' });
  });
});

describe('an upload that is refused', () => {
  it.each([
    ['an unknown type', { types: 'age:number' }, '/types'],
    ['a header that is neither true nor false', { header: 'yes' }, '/header'],
    ['a delimiter of two characters', { delimiter: ';;' }, '/delimiter'],
    ['a name that is blank', { name: ' ' }, '/name'],
  ])('names the field for %s', async (_, query, path) => {
    const answer = await upload(service, CSV, { query });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });

  it.each([
    ['a type for a column that is not there', CSV, { types: 'years:numeric' }, /no column "years"/],
    ['a type that no cell has', CSV, { types: 'income:numeric' }, /"income".*numeric/],
    ['an empty body', '', {}, /empty/],
    ['a header without rows', 'age,income\n', {}, /at least one row/],
    ['a line with too many values', 'a,b\n1,2\n1,2,3,4\n5,6\n', {}, /Line 3/],
  ])('names the remedy for %s', async (_, body, query, message) => {
    const answer = await upload(service, body, { query });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'invalid_file', detail: expect.stringMatching(message) });
  });

  it.each([
    ['application/json', '{"a":1}', /array of objects/],
    ['application/json', '[1,2]', /array of objects/],
    ['application/json', '[{"a":1},', /array of objects/],
    ['application/x-ndjson', '{"a":1}\n[2]\n', /one JSON object a line/],
    ['application/vnd.apache.parquet', 'PAR1 and nothing more', /Parquet/],
    ['application/vnd.apache.parquet', CSV, /not Parquet/],
    ['text/csv', Buffer.from([1, 2, 0, 4, 5, 0, 0, 0, 9]), /binary/],
  ])('says what is wrong with %s', async (type, body, message) => {
    const answer = await upload(service, body, { type });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toMatch(message);
  });

  it('responds with 415 for an unsupported format or encoding', async () => {
    expect((await upload(service, CSV, { type: 'image/png' })).json()).toMatchObject({
      code: 'unsupported_media_type',
    });
    const encoded = await upload(service, CSV, { headers: { 'content-encoding': 'br' } });
    expect(encoded.json()).toMatchObject({ code: 'unsupported_encoding' });
  });

  it('responds with 413 beyond the limit, compressed or not', async () => {
    const large = `x\n${'1\n'.repeat(100_000)}`;
    expect((await upload(service, large)).json()).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect((await upload(service, gzipSync(large))).json()).toMatchObject({ code: 'payload_too_large' });
    expect((await uploadForm('file', 'large.csv', Buffer.from(large))).json()).toMatchObject({
      code: 'payload_too_large',
    });
  });

  it('responds to truncated gzip', async () => {
    expect((await upload(service, gzipSync(CSV).subarray(0, 20))).json().detail).toMatch(/gzip/);
  });

  it('leaves no file and no row', async () => {
    const before = await countDatasets();
    const files = filesIn(service.folders);
    await upload(service, 'a,b\n1,2\n1,2,3,4\n5,6\n');
    expect(await countDatasets()).toBe(before);
    expect(filesIn(service.folders)).toEqual(files);
  });
});

async function countDatasets(): Promise<number> {
  return (await service.app.inject({ url: '/v1/datasets?limit=200' })).json().items.length;
}

async function uploadForm(field: string, filename: string, content: Buffer) {
  const form = new FormData();
  form.set(field, new Blob([Uint8Array.from(content)], { type: 'text/csv' }), filename);
  const request = new Response(form);
  const type = request.headers.get('content-type') ?? '';
  return upload(service, Buffer.from(await request.arrayBuffer()), { type });
}
