import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Dataset, DatasetRows } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import type { Page } from '../../src/kit/contract/wire.ts';
import { foldersOf } from '../../src/kit/folders.ts';
import { openStream, type ReceivedEvent } from '../http/streams/sse.ts';
import { startBuiltService } from '../support/builtService.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { type Api, apiAt } from './support/api.ts';
import { runTrainyard } from './support/commandLine.ts';

const CSV = ['a,b', ...Array.from({ length: 300 }, (_, index) => `${index % 17},${index % 2 ? 'yes' : 'no'}`)].join(
  '\n',
);
const QUICK = { target: 'b', training: { epochs: 3 } };
/** After all events of an epoch. */
const LAST_EVENT = 999_999_999;
/**
 * A new checkpoint every second, so that a file can be copied before it is replaced, on a busy
 * machine too.
 */
const FLAGS = ['--workers', '1', '--checkpoint-seconds', '0.5'];
const ROWS = { rows: [{ a: 3 }, { a: 8 }, { a: null }] };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Uploads tables and deletes most of them, until it is stopped. */
function churn(api: Api): () => Promise<void> {
  let goesOn = true;
  const run = async () => {
    for (let number = 0; goesOn; number++) {
      const { body } = await api.send<Dataset>('/v1/datasets?name=churned', 'text/csv', `${CSV}\n${number},no`);
      if (number % 3 > 0) expect((await api.delete(`/v1/datasets/${body.id}`)).status).toBe(204);
    }
  };
  const ended = run();
  return () => {
    goesOn = false;
    return ended;
  };
}

/** Resolves when the service next stores a checkpoint. */
async function nextCheckpoint(data: string): Promise<void> {
  for await (const { filename } of watch(foldersOf(data).checkpoints)) {
    if (filename?.endsWith('.checkpoint')) return;
  }
}

/** The loss of the first epoch of the job after this one, as soon as it exists. */
async function lossAfter(address: string, jobId: string, epoch: number): Promise<ReceivedEvent['data']> {
  const stream = await openStream(`${address}/v1/jobs/${jobId}/events`, `${epoch}-${LAST_EVENT}`);
  for await (const { event, data } of stream.events()) {
    if (event === 'epoch') return data;
  }
  throw new Error('The stream ended before the next epoch.');
}

it('restores a service to its state in the middle of its work', async () => {
  const folder = newFolder();
  const [backup, data] = [join(folder, 'backup'), join(folder, 'restored')];
  const busy = await startBuiltService(FLAGS);
  onTestFinished(async () => void (await busy.stop()));
  const api = apiAt(busy.address);
  const { body: dataset } = await api.send<Dataset>('/v1/datasets?name=kept', 'text/csv', CSV);
  const submit = async (spec: object) => {
    const { status, body } = await api.post<Job>('/v1/jobs', { datasetId: dataset.id, ...spec });
    expect(status).toBe(202);
    return body;
  };
  const done = await api.ended((await submit(QUICK)).id);
  const predictions = await api.post(`/v1/models/${done.modelId}/predict`, ROWS);
  const checkpoint = nextCheckpoint(busy.data);
  const endless = await submit({ target: 'b', ...LONG_JOB });
  await checkpoint;

  const endChurn = churn(api);
  expect(await runTrainyard(['backup', backup, '--data', busy.data])).toMatchObject({ code: 0, errors: '' });
  await endChurn();
  const { body: job } = await api.get<Job>(`/v1/jobs/${endless.id}`);
  const later = await lossAfter(busy.address, endless.id, job.progress?.epoch ?? 0);
  await busy.stop();

  expect(await runTrainyard(['restore', backup, '--data', data])).toMatchObject({ code: 0, errors: '' });
  const restored = await startBuiltService(FLAGS, data);
  onTestFinished(async () => void (await restored.stop()));
  const again = apiAt(restored.address);
  expect(await again.post(`/v1/models/${done.modelId}/predict`, ROWS)).toEqual(predictions);
  const { body: datasets } = await again.get<Page<Dataset>>('/v1/datasets?limit=200');
  expect(datasets.items.map(({ id }) => id)).toContain(dataset.id);
  for (const { id } of datasets.items.filter(({ state }) => state === 'ready')) {
    expect((await again.get<DatasetRows>(`/v1/datasets/${id}/rows?limit=1`)).body.total).toBeGreaterThanOrEqual(300);
  }
  // The losses of epochs after the backup belong to the training that continued without it.
  const { trainingLoss } = await lossAfter(restored.address, endless.id, Number(later.epoch) - 1);
  expect(trainingLoss).toBe(later.trainingLoss);
  expect((await again.get<Job>(`/v1/jobs/${endless.id}`)).body).toMatchObject({ state: 'running', attempts: 1 });
  // Files that the churn was deleting at that moment are in no folder.
  expect(readdirSync(foldersOf(data).datasets)).toHaveLength(
    datasets.items.filter(({ state }) => state === 'ready').length,
  );
});
