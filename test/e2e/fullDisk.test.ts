import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import { openStream } from '../http/streams/sse.ts';
import { startBuiltService } from '../support/builtService.ts';
import { fillDisk, mountSmallDisk } from '../support/smallDisk.ts';
import { inspectFolder } from './crash/inspection.ts';
import { openStopped, resultOf } from './crash/reference.ts';
import { kindsTable } from './crash/trainings.ts';
import { apiAt } from './support/api.ts';

const disk = mountSmallDisk(24 * 2 ** 20);
afterAll(() => disk?.remove());

const EPOCHS = 1500;
const SPEC = {
  target: 'kind',
  network: { layers: [{ units: 128 }, { units: 64 }] },
  // The job runs for seconds and writes many checkpoints, also on a fast machine.
  training: { epochs: EPOCHS, batchSize: 32, earlyStopping: null },
};
/** Training threads have a high niceness: on a busy machine they get a tenth of the CPU time. */
const TRAINED_TWICE_MS = 600_000;

it.skipIf(!disk)(
  'a disk that fills during a training loses no data (if a small disk can be mounted)',
  { timeout: TRAINED_TWICE_MS },
  async () => {
    if (!disk) return;
    const [data, ballast] = [join(disk.folder, 'data'), join(disk.folder, 'ballast')];
    const service = await startBuiltService(['--workers', '1', '--checkpoint-seconds', '0.05'], data);
    onTestFinished(async () => void (await service.stop()));
    const api = apiAt(service.address);
    const upload = (name: string) => api.send<Dataset>(`/v1/datasets?name=${name}`, 'text/csv', kindsTable(name, 900));
    const { body: dataset } = await upload('first');
    const submit = async () => (await api.post<Job>('/v1/jobs', { datasetId: dataset.id, ...SPEC })).body;
    const undisturbed = await api.ended((await submit()).id);

    const job = await submit();
    const { events } = await openStream(`${service.address}/v1/jobs/${job.id}/events`);
    for await (const { event } of events()) if (event === 'epoch') break;
    fillDisk(ballast);
    await service.logged('a checkpoint could not be written; the job continues');
    expect(await upload('refused')).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    const rows = { rows: [{ length: 1, width: 1, height: 1 }] };
    expect(await api.post(`/v1/models/${undisturbed.modelId}/predict`, rows)).toMatchObject({ status: 200 });
    // The log file of the database may still have space, so the job may succeed at once.
    await Promise.race([service.logged('the result of the job could not be written; retrying'), api.ended(job.id)]);

    rmSync(ballast);
    expect(await api.ended(job.id)).toMatchObject({ state: 'succeeded', attempts: 1, progress: { epoch: EPOCHS } });
    expect((await upload('second')).status).toBe(201);
    service.process.kill('SIGTERM');
    expect((await once(service.process, 'exit'))[0]).toBe(0);
    using sqlite = openStopped(data);
    expect(resultOf(sqlite.database, job.id)).toEqual(resultOf(sqlite.database, undisturbed.id));
    expect(inspectFolder(data, sqlite.database)).toEqual([]);
  },
);
