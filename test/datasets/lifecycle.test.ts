import { once } from 'node:events';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveTo } from '../support/jobStates.ts';
import { until } from '../support/until.ts';
import { filesIn, startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

const get = async (path: string) => (await service.app.inject({ url: `/v1/datasets${path}` })).json();
const remove = (id: string) => service.app.inject({ method: 'DELETE', url: `/v1/datasets/${id}` });
const respondAsync = { headers: { prefer: 'respond-async' } };

describe('Prefer: respond-async', () => {
  it('responds with 202 while the file is parsed, and wait delays the response until then', async () => {
    const answer = await upload(service, 'x,y\n1,2\n', respondAsync);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['preference-applied']).toBe('respond-async');
    expect(answer.json()).toMatchObject({ state: 'processing', rows: null, columns: [] });
    expect(await get(`/${answer.json().id}?wait=60`)).toMatchObject({ state: 'ready', rows: 1 });
  });

  it('stores the reason why a file could not be parsed', async () => {
    const { id } = (await upload(service, 'x,y\n', respondAsync)).json();
    expect(await get(`/${id}?wait=60`)).toMatchObject({ state: 'failed', error: { code: 'invalid_file' } });
    expect(await get(`/${id}/rows`)).toMatchObject({ status: 409, code: 'dataset_not_ready' });
  });

  it('fails datasets that a stopped service was parsing', async () => {
    const row = {
      id: 'ds_1',
      project: 'default',
      name: 'n',
      state: 'processing',
      bytes: 1,
      sha256: '',
      createdAt: 0,
    } as const;
    await service.database
      .insertInto('datasets')
      .values({ ...row, columns: '[]', warnings: '[]' })
      .execute();
    await service.datasets.recover();
    expect(await get('/ds_1')).toMatchObject({
      state: 'failed',
      error: { code: 'unavailable', message: expect.stringMatching(/upload it again/) },
    });
    await remove('ds_1');
  });

  it('deletes the unused files of a killed service, and no other files', async () => {
    const { id } = (await upload(service, 'stored\n1\n')).json();
    const { datasets: tables, temporary } = service.folders;
    const before = filesIn(service.folders);
    writeFileSync(join(tables, 'unrecorded.parquet'), 'a table whose row was never written');
    writeFileSync(join(tables, 'unfinished.parquet.1f2e.partial'), 'half a table');
    writeFileSync(join(temporary, 'response-1'), 'half a response');
    mkdirSync(join(temporary, 'datasets/ds_2'), { recursive: true });
    writeFileSync(join(temporary, 'datasets/ds_2/upload'), 'half an upload');
    await service.datasets.recover();
    expect(filesIn(service.folders)).toEqual(before);
    expect(await get(`/${id}/rows`)).toMatchObject({ total: 1 });
    await remove(id);
  });
});

describe('the same bytes', () => {
  it('are stored once, and deleted with the last dataset that uses them', async () => {
    const before = filesIn(service.folders).length;
    const first = (await upload(service, 'same,bytes\n1,2\n', { query: { name: 'first' } })).json();
    const second = (await upload(service, 'same,bytes\n1,2\n', { query: { name: 'second' } })).json();
    expect(second).toMatchObject({ name: 'second', sha256: first.sha256, columns: first.columns });
    expect(filesIn(service.folders)).toHaveLength(before + 1);
    expect((await remove(first.id)).statusCode).toBe(204);
    expect(await get(`/${second.id}/rows`)).toMatchObject({ items: [{ same: 1, bytes: 2 }] });
    await remove(second.id);
    expect(filesIn(service.folders)).toHaveLength(before);
  });

  it('parsed with other options are another table', async () => {
    const plain = (await upload(service, 'a,b\n1,2\n3,4\n')).json();
    const typed = (await upload(service, 'a,b\n1,2\n3,4\n', { query: { types: 'a:categorical' } })).json();
    expect([plain.columns[0].type, typed.columns[0].type]).toEqual(['numeric', 'categorical']);
    expect(await get(`/${typed.id}/rows`)).toMatchObject({ items: [{ a: '1' }, { a: '3' }] });
  });
});

describe('a table without its file', () => {
  it.each([
    ['missing', (file: string) => rmSync(file)],
    ['truncated', (file: string) => truncateSync(file, 100)],
  ])('because it is %s has no rows, until the same bytes are uploaded again', async (how, lose) => {
    const body = `lost,how\n1,${how}\n`;
    const { id } = (await upload(service, body)).json();
    const file = await service.datasets.findFile(id);
    lose(String(file));
    expect(await get(`/${id}/rows`)).toMatchObject({ status: 409, code: 'dataset_not_ready' });
    expect(await service.datasets.findFile(id)).toBeUndefined();
    expect((await upload(service, body)).statusCode).toBe(201);
    expect(await get(`/${id}/rows`)).toMatchObject({ total: 1, items: [{ lost: 1, how }] });
    expect(await service.datasets.findFile(id)).toBe(file);
  });
});

describe('DELETE /v1/datasets/{id}', () => {
  it('is refused while a job needs the dataset', async () => {
    const { id } = (await upload(service, 'x,y\n5,6\n')).json();
    const job = {
      id: 'job_1',
      project: 'default',
      name: 'j',
      datasetId: id,
      state: 'queued',
      priority: 0,
      request: '{}',
    } as const;
    await service.database
      .insertInto('jobs')
      .values({ ...job, warnings: '[]', attempts: 0, crashes: 0, memoryBytes: 0, createdAt: 0 })
      .execute();
    expect((await remove(id)).json()).toMatchObject({ status: 409, code: 'dataset_in_use' });
    await moveTo(service.database, { to: 'cancelled', now: 1 });
    expect((await remove(id)).statusCode).toBe(204);
    expect((await remove(id)).json()).toMatchObject({ status: 404, code: 'dataset_not_found' });
  });
});

describe('GET /v1/datasets', () => {
  it('pages from the newest to the oldest', async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await upload(service, 'p,q\n1,2\n', { query: { name } });
    const page = await get('?limit=2');
    expect(page.items.map(({ name }: { name: string }) => name)).toEqual(['three', 'two']);
    const next = await get(`?limit=2&after=${page.next}`);
    expect(next.items[0].name).toBe('one');
  });
});

describe('GET /v1/datasets/{id}/rows', () => {
  it('pages in the order of the file, missing cells as null and times as ISO 8601', async () => {
    const body = 'n,day,flag,word\n1,2024-05-06,true,a\n,2024-05-07T08:09:10+02:00,NA,\n3,NA,FALSE,c\n';
    const { id } = (await upload(service, body)).json();
    expect(await get(`/${id}/rows?limit=2&offset=1`)).toEqual({
      items: [
        { n: null, day: '2024-05-07T06:09:10.000Z', flag: null, word: null },
        { n: 3, day: null, flag: false, word: 'c' },
      ],
      offset: 1,
      total: 3,
      next: null,
    });
  });
});

describe('a client that disconnects during its upload', () => {
  it('leaves no data', async () => {
    const address = await service.app.listen({ port: 0 });
    const before = filesIn(service.folders).length;
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    await once(socket, 'connect');
    const ended = new Promise((resolve) =>
      service.app.server.once('request', (request) => request.once('close', resolve)),
    );
    socket.write(
      'POST /v1/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 1000\r\n\r\nx,y\n1,2\n',
    );
    await once(service.app.server, 'request');
    socket.destroy();
    await ended;
    await until(
      () => filesIn(service.folders).length,
      (count) => count === before,
    );
  });
});
