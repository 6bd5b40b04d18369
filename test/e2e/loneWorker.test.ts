import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScrape } from '../http/metrics/prometheus.ts';
import { openStream, words } from '../http/streams/sse.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { call, finishedJob, submitJob } from '../support/client.ts';
import { runTrainyard } from './support/commandLine.ts';

const EPOCHS = 3;

describe('a worker that runs alone', () => {
  const data = mkdtempSync(join(tmpdir(), 'trainyard-lone-'));
  let api: BuiltService;
  let worker: BuiltService;
  const startWorker = () =>
    startBuiltService(['--role', 'worker', '--metrics-port', '0'], data, 'metrics server started');
  const ask = (path: string, init?: RequestInit) => fetch(worker.address + path, init);

  beforeAll(async () => {
    api = await startBuiltService(['--role', 'api'], data);
    worker = await startWorker();
  });
  afterAll(async () => {
    await worker?.stop();
    await api?.stop();
    rmSync(data, { recursive: true });
  });

  it('serves the metrics of its trainings to Prometheus, on this machine only', async () => {
    const body = JSON.stringify(Array.from({ length: 100 }, (_, row) => ({ x: row, y: 2 * row })));
    const headers = { 'content-type': 'application/json' };
    const uploaded = await fetch(`${api.address}/v1/datasets`, { method: 'POST', headers, body });
    const { id: datasetId } = (await uploaded.json()) as { id: string };
    await finishedJob(api.address, { datasetId, target: 'y', training: { epochs: EPOCHS, earlyStopping: null } });
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toMatch('text/plain; version=0.0.4');
    const figures = parseScrape(await answer.text());
    expect(figures.sum('trainyard_epochs_total', { process: 'worker' })).toBe(EPOCHS);
    expect(figures.sum('process_resident_memory_bytes', { process: 'worker' })).toBeGreaterThan(1e7);
    expect(worker.address).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  it('is supervised: a job whose process dies runs again, as a suspect, and the port stays open', async () => {
    const body = JSON.stringify(Array.from({ length: 2000 }, (_, row) => ({ x: row, y: 2 * row })));
    const headers = { 'content-type': 'application/json' };
    const uploaded = await fetch(`${api.address}/v1/datasets`, { method: 'POST', headers, body });
    const { id: datasetId } = (await uploaded.json()) as { id: string };
    const training = { epochs: 100_000, batchSize: 8, earlyStopping: null };
    const { id } = await submitJob(api.address, { datasetId, target: 'y', training });
    const codes: string[] = [];
    for await (const event of (await openStream(`${api.address}/v1/jobs/${id}/events`)).events()) {
      if (event.event !== 'epoch') codes.push(words(event));
      if (words(event) === 'epoch 1') process.kill(workerPids(worker).at(-1) ?? 0, 'SIGKILL');
      if (words(event) === 'worker_died') expect((await ask('/healthz')).status).toBe(200);
      if (words(event) === 'training_resumed' || codes.filter((code) => code === 'training_started').length === 2)
        break;
    }
    expect(codes.slice(0, 5)).toEqual(['queued', 'running', 'training_started', 'queued', 'worker_died']);
    await call(api.address, `/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect(workerPids(worker)).toHaveLength(2);
  });

  it('reports that it is alive, and knows no other route', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/v1/jobs')).status).toBe(404);
    expect((await ask('/constructor')).status).toBe(404);
    const refused = await ask('/metrics', { method: 'POST', body: 'x' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('stops gracefully with its port open', async () => {
    const another = await startWorker();
    expect(await another.stop()).toBe(0);
  });
});

/** The training processes, in the order of their start. */
function workerPids({ lines }: BuiltService): readonly number[] {
  return lines.map((line) => JSON.parse(line).workerPid).filter((pid) => pid !== undefined);
}

it('is not a setting of an API, which says where its metrics are', async () => {
  const { code, errors } = await runTrainyard(['serve', '--metrics-port', '0']);
  expect(code).toBe(78);
  expect(errors).toMatch(/--metrics-port requires --role worker/);
});
