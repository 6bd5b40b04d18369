import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertThings, jsonBody, openService } from './support.ts';

const CSV = 'x,y\n1,a\n2,b\n3,a\n4,b\n';
const ROWS = `x,y\n${Array.from({ length: 100 }, (_, i) => `${(i * 37) % 50},${i % 2 ? 'a' : 'b'}`).join('\n')}\n`;

let service: Awaited<ReturnType<typeof openService>>;
let mine: string;
let theirs: string;
beforeAll(async () => {
  service = await openService();
  for (const project of ['mine', 'theirs']) await service.makeProject(project);
  mine = (await service.makeKey(['admin'], 'mine')).key;
  theirs = (await service.makeKey(['admin'], 'theirs')).key;
});
afterAll(() => service.stop());

const upload = (key: string, body: string | Uint8Array<ArrayBuffer> = CSV) =>
  service.ask('/v1/datasets?name=t', key, { method: 'POST', headers: { 'content-type': 'text/csv' }, body });
const idsOf = async (key: string, path: string) => {
  const { items } = (await service.ask(path, key)).json() as { items: { id: string }[] };
  return items.map(({ id }) => id);
};
const submitted = async (key: string) => {
  const datasetId = String((await upload(key, ROWS)).json().id);
  const job = await service.ask('/v1/jobs', key, jsonBody({ datasetId, target: 'y', ensemble: null }));
  return { datasetId, jobId: String(job.json().id) };
};

describe('a list', () => {
  it('contains only resources of the own project, with any filter and any cursor', async () => {
    for (const project of ['one', 'another']) await service.makeProject(project);
    const [{ key: one }, { key: another }] = [
      await service.makeKey(['admin'], 'one'),
      await service.makeKey(['admin'], 'another'),
    ];
    const [own, other] = [await submitted(one), await submitted(another)];
    expect(await idsOf(one, '/v1/datasets')).toEqual([own.datasetId]);
    expect(await idsOf(one, '/v1/jobs')).toEqual([own.jobId]);
    expect(await idsOf(one, `/v1/jobs?datasetId=${other.datasetId}`)).toEqual([]);
    const afterOther = Buffer.from(other.jobId).toString('base64url');
    expect(await idsOf(one, `/v1/jobs?after=${afterOther}`)).toEqual([own.jobId]);
    const afterOwn = Buffer.from(own.jobId).toString('base64url');
    expect(await idsOf(another, `/v1/jobs?after=${afterOwn}`)).toEqual([]);
  });
});

describe("another project's dataset", () => {
  it('cannot be used for training', async () => {
    const { id } = (await upload(theirs)).json();
    const submit = (datasetId: unknown) => service.ask('/v1/jobs', mine, jsonBody({ datasetId, target: 'y' }));
    const [known, unknown] = [await submit(id), await submit('ds_none')];
    expect(known.status).toBe(422);
    expect(known.text.replaceAll(String(id), 'ds_none')).toBe(unknown.text);
  });

  it('shares its bytes on disk with an equal one, which neither project sees', async () => {
    const tables = () => readdirSync(join(service.data, 'datasets'));
    const content = `${CSV}5,shared\n`;
    const before = tables().length;
    const [first, second] = [await upload(theirs, content), await upload(mine, content)];
    expect([first.status, second.status, tables().length - before]).toEqual([201, 201, 1]);
    const { id: lost } = first.json();
    const { id: remaining } = second.json();
    expect((await service.ask(`/v1/datasets/${lost}`, theirs, { method: 'DELETE' })).status).toBe(204);
    expect((await service.ask(`/v1/datasets/${remaining}/rows?limit=1`, mine)).json()).toMatchObject({ total: 5 });
    await service.ask(`/v1/datasets/${remaining}`, mine, { method: 'DELETE' });
    expect(tables().length).toBe(before);
  });
});

describe('the state of the whole service', () => {
  it('is visible to the project `default` only; others see their own jobs', async () => {
    await submitted(theirs);
    const { key: operator } = await service.makeKey(['read']);
    await service.makeProject('idle');
    const { key: idle } = await service.makeKey(['admin'], 'idle');
    expect((await service.ask('/v1/system', operator)).json().queued).not.toBe(0);
    expect((await service.ask('/v1/system', idle)).json()).toMatchObject({ queued: 0, running: 0 });
    expect((await service.ask('/metrics', operator)).status).toBe(200);
    const refused = await service.ask('/metrics', idle);
    expect([refused.status, refused.json().code]).toEqual([403, 'scope_missing']);
  });
});

it('gives each project its own aliases', async () => {
  const { alias } = await insertThings(service.database, 'mine');
  await insertThings(service.database, 'theirs');
  const path = `/v1/aliases/${alias}`;
  const [own, other] = [await service.ask(path, mine), await service.ask(path, theirs)];
  expect([own.status, other.status]).toEqual([200, 200]);
  expect(own.json().modelId).not.toBe(other.json().modelId);
  await service.ask(path, theirs, { method: 'DELETE' });
  expect((await service.ask(path, mine)).status).toBe(200);
});

describe('a project with a storage quota', () => {
  it('gets an error at the quota, before the upload is read, and frees space by deleting', async () => {
    await service.makeProject('small', { storedBytes: 2 * CSV.length });
    const { key } = await service.makeKey(['admin'], 'small');
    const { id } = (await upload(key)).json();
    const packed = await upload(key, gzipSync(CSV.repeat(2)));
    expect([packed.status, packed.json().code]).toEqual([413, 'stored_bytes_quota']);
    expect((await upload(key)).status).toBe(201);
    expect((await service.ask('/v1/projects/small', key)).json().usage).toMatchObject({ storedBytes: 2 * CSV.length });
    const job = await service.ask('/v1/jobs', key, jsonBody({ datasetId: id, target: 'y', ensemble: null }));
    expect([job.status, job.json().code]).toEqual([413, 'stored_bytes_quota']);
    await service.ask(`/v1/datasets/${id}`, key, { method: 'DELETE' });
    expect((await upload(key)).status).toBe(201);
  });

  it('cannot exceed the quota with concurrent uploads', async () => {
    await service.makeProject('hasty', { storedBytes: CSV.length });
    const { key } = await service.makeKey(['train'], 'hasty');
    const answers = await Promise.all([upload(key), upload(key), upload(key)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 413, 413]);
  });
});
