/** The service under load: a large upload, and its latency while every core trains. */
import { createReadStream, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { call, submitJob } from '../support/client.ts';
import { hasSharedData, SHARED_DATA } from '../support/sharedData.ts';
import type { Row } from './report.ts';

const HEALTH_REQUESTS = 500;
const PAUSE_MS = 10;

export async function benchService(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no uploads measured.');
    return [];
  }
  const service = await startBuiltService();
  const rows = [await largeUpload(service), await healthWhileTraining(service)];
  await service.stop();
  return rows;
}

/**
 * nycflights13, 336,776 rows: seconds until it is profiled, and the growth of the server's memory
 * meanwhile.
 */
async function largeUpload(service: BuiltService): Promise<Row> {
  const file = join(SHARED_DATA, 'nycflights13/nycflights13.csv.gz');
  const before = peakMegabytes(service);
  const start = performance.now();
  await call(service.address, '/v1/datasets?name=nycflights13', {
    method: 'POST',
    headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
  });
  const seconds = (performance.now() - start) / 1000;
  return { measured: 'upload and profile of nycflights13', seconds, megabytesGrown: peakMegabytes(service) - before };
}

/** The latency of GET /healthz while as many jobs train as there are cores. */
async function healthWhileTraining(service: BuiltService): Promise<Row> {
  const { id: datasetId } = await call(service.address, '/v1/datasets?name=california', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: readFileSync(join(SHARED_DATA, 'california/california.csv')),
  });
  const request = { datasetId, target: 'MedHouseVal', training: { epochs: 1000, earlyStopping: null } };
  const jobs = await Promise.all(
    Array.from({ length: availableParallelism() }, () => submitJob(service.address, request)),
  );
  for (const { id } of jobs) await startedTraining(service, id);
  const milliseconds: number[] = [];
  for (let i = 0; i < HEALTH_REQUESTS; i++) {
    const start = performance.now();
    await call(service.address, '/healthz');
    milliseconds.push(performance.now() - start);
    await delay(PAUSE_MS);
  }
  for (const { id } of jobs) await call(service.address, `/v1/jobs/${id}/cancel`, { method: 'POST' });
  milliseconds.sort((a, b) => a - b);
  return {
    measured: `GET /healthz while ${jobs.length} jobs train`,
    medianMilliseconds: milliseconds[HEALTH_REQUESTS / 2],
    p99Milliseconds: milliseconds[Math.floor(HEALTH_REQUESTS * 0.99)],
    slowestMilliseconds: milliseconds[HEALTH_REQUESTS - 1],
  };
}

async function startedTraining(service: BuiltService, id: string): Promise<void> {
  for (;;) {
    const job = await call(service.address, `/v1/jobs/${id}`);
    if ((job.progress?.epoch ?? 0) >= 1) return;
    await delay(PAUSE_MS);
  }
}

/** The peak memory of the API process so far, from the kernel. */
function peakMegabytes({ process: { pid } }: BuiltService): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1024;
}
