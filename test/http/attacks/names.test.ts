import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../../../src/server/openapi.ts';
import { jsonBody, openService } from '../../access/support.ts';

const { paths } = (await describeApi()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
/** Every route with an id or a name in its path. */
const routes = Object.entries(paths)
  .filter(([path]) => path.includes('{'))
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));

let service: Awaited<ReturnType<typeof openService>>;
let key: string;
beforeAll(async () => {
  service = await openService();
  key = (await service.makeKey(['admin'])).key;
});
afterAll(() => service.stop());

const upload = (query: string, init: RequestInit = {}) =>
  service.ask(`/v1/datasets?${query}`, key, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: 'a,b\n1,2\n3,4\n',
    ...init,
  });

describe.each(routes)('%s %s', (method, path) => {
  it.each([
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2ftrainyard.sqlite',
    '..%5c..%5ctrainyard.sqlite',
    '%2fetc%2fpasswd',
    'ds_1%00.parquet',
    '%0d%0aset-cookie:%20a=b',
    '__proto__',
    'constructor',
  ])('finds nothing by %s', async (name) => {
    const body = ['GET', 'DELETE'].includes(method) ? { method } : jsonBody({}, method);
    const answer = await service.ask(path.replace(/\{\w+\}/, name), key, body);
    expect([400, 404, 405, 422]).toContain(answer.status);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.json()).toMatchObject({ status: answer.status, detail: expect.any(String) });
    expect(answer.text).not.toContain(service.data);
  });
});

describe('the name of a dataset', () => {
  it.each(['../../outside', '/etc/passwd', '..\\outside', '<img src=x onerror=alert(1)>', '=1+1', '__proto__'])(
    '%s is plain text',
    async (name) => {
      const answer = await upload(`name=${encodeURIComponent(name)}`);
      expect([answer.status, answer.json().name]).toEqual([201, name]);
      expect(answer.headers.get('location')).toBe(`/v1/datasets/${answer.json().id}`);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    },
  );

  it.each(['%00', '%0d%0aLocation:%20/x', '%1b[2J', '%c2%85', '%e2%80%aevsc.exe', '%e2%81%a6'])(
    'is refused with the control character in a%sb',
    async (code) => {
      const answer = await upload(`name=a${code}b`);
      expect([answer.status, answer.json().errors]).toEqual([
        400,
        [{ path: '/name', message: expect.stringContaining('remove them') }],
      ]);
    },
  );

  it('is only the base name of the file of a form', async () => {
    const body = new FormData();
    body.append('file', new Blob(['a,b\n1,2\n3,4\n'], { type: 'text/csv' }), '../../etc/cron\u001b\u202ed.csv');
    const answer = await service.ask('/v1/datasets', key, { method: 'POST', body });
    expect([answer.status, answer.json().name]).toEqual([201, 'crond']);
  });
});

describe('the name of a job', () => {
  const submit = (name: string) => service.ask('/v1/jobs', key, jsonBody({ datasetId: 'ds_1', target: 'a', name }));

  it.each(['a\u0000b', 'a\r\nb', '\u001b[2Jb', '\u202etxt.exe', 'a\ud800b'])('%j is refused', async (name) => {
    const answer = await submit(name);
    expect(answer.status).toBe(400);
    expect(answer.json().errors).toContainEqual({ path: '/name', message: expect.stringContaining('remove them') });
  });

  it.each(['\u0007', '\u202e'])('has no labels with %j', async (value) => {
    const answer = await service.ask(
      '/v1/jobs',
      key,
      jsonBody({ datasetId: 'ds_1', target: 'a', labels: { team: value } }),
    );
    expect(answer.status).toBe(400);
    expect(answer.json().errors).toContainEqual({
      path: '/labels/team',
      message: expect.stringContaining('remove them'),
    });
  });

  it('is accepted in a right-to-left script, or with characters of several code points', async () => {
    const names = ['سلام \u200f(1)', '👩‍👩‍👧 café', 'שלום'];
    for (const name of names) expect((await upload(`name=${encodeURIComponent(name)}`)).json().name).toBe(name);
  });

  it('is accepted if it was derived from the longest name of a dataset', async () => {
    const { id } = (await upload(`name=${'x'.repeat(200)}`)).json();
    const answer = await service.ask('/v1/jobs', key, jsonBody({ datasetId: id, target: 'b', task: 'regression' }));
    expect(answer.status, answer.text).toBe(202);
    expect(answer.json().name).toBe(`${'x'.repeat(200)}-b`);
  });
});

it.each(['../x', 'a/b', '<b>', 'a\u0000', '__proto__'])('%j is refused as an alias', async (name) => {
  const init = jsonBody({ modelId: 'mdl_1' }, 'PUT');
  expect((await service.ask(`/v1/aliases/${encodeURIComponent(name)}`, key, init)).status).toBe(400);
});
