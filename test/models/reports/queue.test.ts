import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutputsStore } from '../../../src/models/reports/runner/outputsStore.ts';
import { createReportQueue, type ReportQueue } from '../../../src/models/reports/runner/queueStore.ts';
import { createReports, type Reports } from '../../../src/models/reports/service.ts';
import { createEventBus } from '../../../src/notifications/bus.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { storedBytes } from '../../../src/store/storedBytes.ts';
import { TENANT } from '../../support/access.ts';

let folder: string;
let database: Database;
let reports: Reports;
let now: number;
const clock = () => now;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reports-'));
  database = openDatabase(join(folder, 'test.sqlite'));
  now = 1_000_000;
  reports = createReports({ database, bus: createEventBus(), clock }, TENANT);
  const { project } = TENANT;
  const at = { project, createdAt: now };
  const dataset = { ...at, id: 'ds_1', name: 'd', state: 'ready', rows: 1, bytes: 1, sha256: '', file: 'f' } as const;
  await database
    .insertInto('datasets')
    .values({ ...dataset, columns: '[]', warnings: '[]', error: null })
    .execute();
  const model = {
    ...at,
    id: 'mdl_1',
    name: 'm',
    jobId: null,
    datasetId: 'ds_1',
    splitId: null,
    task: 'binary',
  } as const;
  await database
    .insertInto('models')
    .values({ ...model, target: 't', description: '{}', sha256: 'abc' })
    .execute();
  const events = JSON.stringify(['report.succeeded', 'report.failed']);
  await database
    .insertInto('webhooks')
    .values({ ...at, id: 'whk_1', url: 'https://example.com', events, secret: 's' })
    .execute();
});

afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true });
});

const worker = (owner: string): ReportQueue => createReportQueue(database, owner, clock);
const OUTCOME = { result: { metrics: { accuracy: 1 } }, warnings: [], rows: 3 };
const NO_WAIT = { waitMs: 0, signal: new AbortController().signal };

async function submit(request: object = {}): Promise<string> {
  const models = [{ id: 'mdl_1', sha256: 'abc' }];
  const dataset = { id: 'ds_1', file: 'f' };
  return (await reports.submit({ kind: 'evaluation', request, models, dataset }, NO_WAIT)).id;
}

const deliveries = () => database.selectFrom('deliveries').select(['type', 'payload']).execute();

describe('the queue of reports', () => {
  it('claims the oldest report once, and writes its result with the delivery', async () => {
    const [first, second] = [await submit({ a: 1 }), await submit({ a: 2 })];
    expect((await worker('one').claim())?.id).toBe(first);
    expect((await worker('two').claim())?.id).toBe(second);
    expect(await worker('two').claim()).toBeUndefined();
    await worker('one').succeed(first, OUTCOME);
    expect(await reports.get(first)).toMatchObject({ state: 'succeeded', metrics: { accuracy: 1 }, cost: { rows: 3 } });
    expect(await deliveries()).toMatchObject([{ type: 'report.succeeded', payload: expect.stringContaining(first) }]);
  });

  it('answers an equal request with the report that waits, runs or has succeeded', async () => {
    const id = await submit();
    expect(await submit()).toBe(id);
    await worker('one').claim();
    expect(await submit()).toBe(id);
    await worker('one').succeed(id, OUTCOME);
    expect(await submit()).toBe(id);
  });

  it('queues an equal request again after a failure', async () => {
    const id = await submit();
    await worker('one').claim();
    await worker('one').fail(id, { code: 'thread_crashed', message: 'The thread died.' });
    expect(await deliveries()).toMatchObject([{ type: 'report.failed' }]);
    expect(await submit()).not.toBe(id);
  });

  it('gives the report of a dead worker to another one, whose result counts', async () => {
    const id = await submit();
    await worker('dead').claim();
    expect(await worker('two').reclaim(undefined, () => false)).toEqual([]);
    expect(await worker('two').reclaim(undefined, (owner) => owner === 'dead')).toEqual([id]);
    expect((await worker('two').claim())?.id).toBe(id);
    await worker('dead').succeed(id, { ...OUTCOME, rows: 99 });
    expect((await reports.get(id)).state).toBe('running');
    await worker('two').succeed(id, OUTCOME);
    expect((await reports.get(id)).cost.rows).toBe(3);
    expect(await deliveries()).toHaveLength(1);
  });

  it('reclaims a lease that has expired, and one of its own without a run', async () => {
    const id = await submit();
    await worker('one').claim();
    now += 16_000;
    expect(await worker('one').reclaim(id, () => false)).toEqual([]);
    expect(await worker('two').reclaim(undefined, () => false)).toEqual([id]);
    await worker('one').claim();
    expect(await worker('one').reclaim(undefined, () => false)).toEqual([id]);
  });

  it('fails a report after three deaths of its worker', async () => {
    const id = await submit();
    for (const owner of ['one', 'two', 'three']) {
      expect((await worker(owner).claim())?.id).toBe(id);
      await worker('other').reclaim(undefined, () => true);
    }
    expect(await reports.get(id)).toMatchObject({ state: 'failed', error: { code: 'worker_crashed' } });
  });

  it('counts no attempt for a worker that was stopped', async () => {
    const id = await submit();
    await worker('one').claim();
    await worker('one').release(id);
    const row = database.selectFrom('reports').select(['state', 'attempts']).where('id', '=', id);
    expect(await row.executeTakeFirst()).toEqual({ state: 'queued', attempts: 0 });
  });
});

describe('a cancelled report', () => {
  it('ends at once while it is queued, without an event', async () => {
    const id = await submit();
    expect((await reports.cancel(id)).state).toBe('cancelled');
    expect((await reports.cancel(id)).state).toBe('cancelled');
    expect(await worker('one').claim()).toBeUndefined();
    expect(await deliveries()).toEqual([]);
  });

  it('ends with its run, whether that stopped, had a result, or died', async () => {
    const ends = [
      (id: string) => worker('one').release(id),
      (id: string) => worker('one').succeed(id, OUTCOME),
      () => worker('two').reclaim(undefined, () => true),
    ];
    for (const end of ends) {
      const id = await submit();
      await worker('one').claim();
      await reports.cancel(id);
      expect(await worker('one').renew(id, 0.5)).toEqual({ isCancelling: true });
      await end(id);
      expect((await reports.get(id)).state).toBe('cancelled');
    }
  });

  it('cannot be deleted before it has ended', async () => {
    const id = await submit();
    await expect(reports.remove(id)).rejects.toMatchObject({ code: 'report_wrong_state' });
    await reports.cancel(id);
    await reports.remove(id);
    await expect(reports.get(id)).rejects.toMatchObject({ code: 'report_not_found' });
  });
});

describe('stored outputs', () => {
  const outputs = (key: string, size = 100) => ({
    project: TENANT.project,
    datasetId: 'ds_1',
    outputs: { key, modelId: 'mdl_1', bytes: new Uint8Array(size) },
  });

  it('are limited: the least recently used ones are deleted', async () => {
    const store = createOutputsStore(database, () => now++, 250);
    await store.put(outputs('a'));
    await store.put(outputs('b'));
    expect(await store.find('a')).toHaveLength(100);
    await store.put(outputs('c'));
    expect(await store.find('b')).toBeUndefined();
    expect(await store.find('a')).toHaveLength(100);
    await store.put(outputs('huge', 300));
    expect(await store.find('huge')).toBeUndefined();
  });

  it('count as stored bytes, and are not stored above the quota', async () => {
    const store = createOutputsStore(database, clock);
    const before = await storedBytes(database, TENANT.project);
    await store.put(outputs('a'));
    expect(await storedBytes(database, TENANT.project)).toBe(before + 100);
    await database
      .updateTable('projects')
      .set({ storedBytes: before + 150 })
      .where('name', '=', TENANT.project)
      .execute();
    await store.put(outputs('b'));
    expect(await store.find('b')).toBeUndefined();
  });

  it('are deleted with their dataset', async () => {
    const store = createOutputsStore(database, clock);
    await store.put(outputs('a'));
    await database.deleteFrom('datasets').where('id', '=', 'ds_1').execute();
    expect(await store.find('a')).toBeUndefined();
    await store.put(outputs('a'));
    expect(await store.find('a')).toBeUndefined();
  });
});
