import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Job } from '../../src/jobs/schemas.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { apiAt } from './support/api.ts';

const CSV = ['x,y', ...Array.from({ length: 500 }, (_, row) => `${row},${row % 2 ? 'odd' : 'even'}`)].join('\n');

/** A service with a running job. */
async function openTraining() {
  const service = await startBuiltService(['--workers', '1', '--checkpoint-seconds', '3600']);
  onTestFinished(async () => void (await service.stop()));
  const api = apiAt(service.address);
  const { body: dataset } = await api.send<{ id: string }>('/v1/datasets?name=parity', 'text/csv', CSV);
  const { body: job } = await api.post<Job>('/v1/jobs', { datasetId: dataset.id, target: 'y', ...LONG_JOB });
  const events = await fetch(`${service.address}/v1/jobs/${job.id}/events`);
  const text = readThrough(events, 'event: epoch');
  await text.seen;
  return { service, api, jobId: job.id, events: text.whole };
}

/** Reads a stream to its end; `seen` resolves when it contains the wanted text. */
function readThrough({ body }: Response, wanted: string) {
  const seen = Promise.withResolvers<void>();
  const read = async () => {
    let text = '';
    try {
      for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        if (text.includes(wanted)) seen.resolve();
      }
      return { text, isWhole: true };
    } catch {
      return { text, isWhole: false };
    }
  };
  return { seen: seen.promise, whole: read() };
}

/**
 * Its exit code, after its worker has exited too: a log ends with the last process that writes to
 * it.
 */
function allGone({ process }: BuiltService) {
  return once(process, 'close');
}

/** Reads the data folder of a stopped service. */
async function jobIn({ data }: BuiltService, id: string) {
  const database = openDatabase(join(data, 'trainyard.sqlite'));
  try {
    const job = await database.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const checkpoints = await database.selectFrom('checkpoints').selectAll().where('jobId', '=', id).execute();
    return { job, checkpoints };
  } finally {
    await database.destroy();
  }
}

/** An upload that never ends. */
function slowUpload(address: string) {
  const headers = { 'content-type': 'text/csv', expect: '100-continue' };
  const upload = request(`${address}/v1/datasets?name=slow`, { method: 'POST', headers });
  upload.on('error', () => {});
  upload.flushHeaders();
  return upload;
}

describe('a service that gets a stop signal', () => {
  it('stores a checkpoint of a running job, queues it again, responds to waiting requests, ends its streams, and exits with 0', async () => {
    const { service, api, jobId, events } = await openTraining();
    const waiting = api.get<Job>(`/v1/jobs/${jobId}?wait=60`);
    // Sent after it on the same path, so the service has received it by then.
    await api.get('/healthz');
    service.process.kill('SIGTERM');
    const [[code], { status, body }] = await Promise.all([allGone(service), waiting]);
    expect(code).toBe(0);
    expect([status, body.id]).toEqual([200, jobId]);
    expect(await events).toMatchObject({ isWhole: true });
    const { job, checkpoints } = await jobIn(service, jobId);
    expect(job).toMatchObject({ state: 'queued', attempts: 0, leaseOwner: null });
    expect(checkpoints).toHaveLength(1);
  });

  it('does the same during its start', async () => {
    const service = await startBuiltService([], undefined, 'kernels selected');
    service.process.kill('SIGTERM');
    const [code] = await allGone(service);
    expect([code, await service.stop()]).toEqual([0, 0]);
  });

  it('exits at once, with its worker, at a second signal', async () => {
    const { service } = await openTraining();
    const upload = slowUpload(service.address);
    await once(upload, 'continue');
    service.process.kill('SIGTERM');
    await service.logged('stopping');
    const stopping = setInterval(() => service.process.kill('SIGTERM'), 100);
    const [code] = await allGone(service);
    clearInterval(stopping);
    expect(code).toBe(143);
  });
});

it('stops its worker when it is killed, and resumes from there', async () => {
  const { service, jobId } = await openTraining();
  service.process.kill('SIGKILL');
  await allGone(service);
  const { job, checkpoints } = await jobIn(service, jobId);
  expect([job.state, checkpoints.length]).toEqual(['queued', 1]);
});
