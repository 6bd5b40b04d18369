import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { SERVICE_SETTINGS } from '../../../src/config/settings.ts';
import { type Service, startService } from '../../../src/server/api.ts';
import { HTTP_LIMITS } from '../../support/access.ts';
import { finishedJob } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { parseScrape, type Scrape } from './prometheus.ts';

const ROWS = 200;
const EPOCHS = 4;
const JOBS_ENDED = 'trainyard_job_run_seconds_count';

let service: Service;
let before: Scrape;
let after: Scrape;
const data = mkdtempSync(join(tmpdir(), 'trainyard-metrics-'));

const scrape = async () => parseScrape(await (await fetch(`${service.address}/metrics`)).text());
const post = (path: string, type: string, body: string) =>
  fetch(service.address + path, { method: 'POST', headers: { 'content-type': type }, body });

/** A complete run of the service, with a separate worker process. */
beforeAll(async () => {
  const { config } = readConfig(
    SERVICE_SETTINGS,
    ['--port', '0', '--data', data, '--workers', '1', '--log-level', 'silent'],
    {},
    {},
  );
  service = await startService({ ...config, maxDelayMs: HTTP_LIMITS.maxDelayMs }, pino({ level: 'silent' }));
  before = await scrape();
  const table = Array.from({ length: ROWS }, (_, row) => `${row},${row % 7},${row > 90 ? 'high' : 'low'}`);
  const uploaded = await post('/v1/datasets?name=levels', 'text/csv', ['x,y,level', ...table].join('\n'));
  const { id: datasetId } = (await uploaded.json()) as { id: string };
  const job = { datasetId, target: 'level', training: { epochs: EPOCHS, earlyStopping: null } };
  const { modelId } = await finishedJob(service.address, job);
  await post(
    `/v1/models/${modelId}/predict`,
    'application/json',
    JSON.stringify({
      rows: [
        { x: 1, y: 2 },
        { x: 150, y: 3 },
      ],
    }),
  );
  await fetch(`${service.address}/v1/jobs/job_none`);
  await fetch(`${service.address}/made/up/path`);
  for (const method of ['PROPFIND', 'PATCH']) await fetch(`${service.address}/v1/jobs`, { method });
  // The worker counts a finished job after it was reported, and a scrape does not wait long for its
  // response.
  after = await until(scrape, ({ sum }) => sum(JOBS_ENDED, { process: 'worker' }) > 0);
});

afterAll(async () => {
  await service.stop();
  rmSync(data, { recursive: true });
});

const grown = (name: string, labels?: Record<string, string>) => after.sum(name, labels) - before.sum(name, labels);

describe('metrics', () => {
  it('are in the format of Prometheus, each with a help text and a type', () => {
    const family = (name: string) => (after.described.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
    expect(after.samples.filter(({ name }) => !after.described.has(family(name)))).toEqual([]);
    expect(after.described.size).toBeGreaterThan(20);
  });

  it('counts requests by route, and all without a route together', () => {
    const requests = 'trainyard_http_request_duration_seconds_count';
    expect(grown(requests, { method: 'POST', route: '/v1/jobs', status: '2xx' })).toBe(1);
    expect(grown(requests, { route: '/v1/jobs/:id', status: '4xx' })).toBe(1);
    expect(grown(requests, { route: 'none', status: '4xx' })).toBe(1);
    expect(grown(requests, { method: 'other', route: '/v1/jobs', status: '4xx' })).toBe(2);
    expect(JSON.stringify(after.samples)).not.toMatch(/made.up|job_none|PROPFIND/);
  });

  it('counts problems by code', () => {
    expect(grown('trainyard_http_problems_total', { code: 'job_not_found' })).toBe(1);
    expect(grown('trainyard_http_problems_total', { code: 'route_not_found' })).toBe(1);
  });

  it('counts uploads', () => {
    expect(grown('trainyard_ingest_rows_total')).toBe(ROWS);
    expect(grown('trainyard_upload_bytes_total')).toBeGreaterThan(ROWS);
    expect(grown('trainyard_ingest_duration_seconds_count', { outcome: 'ready' })).toBe(1);
  });

  it('counts jobs by state, in the database', () => {
    expect(grown('trainyard_jobs', { state: 'succeeded' })).toBe(1);
    expect(after.sum('trainyard_jobs', { state: 'queued' })).toBe(0);
  });

  it('counts what the worker process trains', () => {
    const worker = { process: 'worker' };
    expect(grown('trainyard_epochs_total', worker)).toBe(EPOCHS);
    // 70 % of the rows train.
    expect(grown('trainyard_rows_trained_total', worker)).toBeCloseTo(0.7 * ROWS * EPOCHS);
    expect(grown('trainyard_job_wait_seconds_count', worker)).toBe(1);
    expect(grown(JOBS_ENDED, { ...worker, outcome: 'trained' })).toBe(1);
    expect(grown('trainyard_checkpoint_write_seconds_count', worker)).toBeGreaterThan(0);
    expect(grown('trainyard_checkpoint_bytes_total', worker)).toBeGreaterThan(0);
  });

  it('reports free space, and the size of the database', () => {
    expect(after.sum('trainyard_disk_free_bytes')).toBeGreaterThan(0);
    expect(after.sum('trainyard_database_bytes')).toBeGreaterThan(4096);
  });

  it('counts predicted rows', () => {
    expect(grown('trainyard_predict_rows_total')).toBe(2);
    expect(grown('trainyard_predict_batch_duration_seconds_count')).toBe(1);
  });

  it.each(['api', 'worker'])('has the database, memory, processor and event loop of the %s', (process) => {
    expect(grown('trainyard_database_query_duration_seconds_count', { process, kind: 'commit' })).toBeGreaterThan(0);
    expect(after.sum('process_resident_memory_bytes', { process })).toBeGreaterThan(1e7);
    expect(grown('process_cpu_seconds_total', { process })).toBeGreaterThan(0);
    expect(after.samples).toContainEqual(
      expect.objectContaining({ name: 'nodejs_eventloop_lag_p99_seconds', labels: { process } }),
    );
  });
});

it('counts the event streams that are open', async () => {
  const stream = await fetch(`${service.address}/v1/events`);
  expect((await scrape()).sum('trainyard_http_event_streams_open')).toBe(1);
  await stream.body?.cancel();
});
