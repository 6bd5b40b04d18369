import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { fillDisk, mountSmallDisk } from '../support/smallDisk.ts';
import { until } from '../support/until.ts';

interface Readiness {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: { readonly code?: string; readonly detail?: string; readonly status?: unknown };
}

async function readyz({ address }: BuiltService): Promise<Readiness> {
  const answer = await fetch(`${address}/readyz`);
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() };
}

/** The first response with that status; polls the service until then. */
function answered(service: BuiltService, status: number, detail = ''): Promise<Readiness> {
  return until(
    () => readyz(service),
    (answer) => answer.status === status && (answer.body.detail ?? '').includes(detail),
  );
}

async function start(data?: string): Promise<BuiltService> {
  const service = await startBuiltService(['--workers', '1'], data);
  onTestFinished(async () => void (await service.stop()));
  await answered(service, 200);
  return service;
}

const disk = mountSmallDisk(48 * 2 ** 20);

it.skipIf(!disk)(
  '/readyz is 503 while the disk is full, and automatically 200 again (if one may be mounted)',
  async () => {
    if (!disk) return;
    onTestFinished(() => disk.remove());
    const service = await start(join(disk.folder, 'data'));
    const ballast = join(disk.folder, 'ballast');
    fillDisk(ballast);
    const { retryAfter, body } = await answered(service, 503);
    expect(body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(body.detail).toMatch(/^The file system of the data folder is full: 0\.\d MiB are free/);
    expect(body.detail).not.toContain(disk.folder);
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect((await fetch(`${service.address}/healthz`)).status).toBe(200);
    rmSync(ballast);
    await answered(service, 200);
    expect(service.lines.join('\n')).toContain('ready again');
  },
);

it('/readyz is 503 while another program has locked the database, and automatically 200 again', async () => {
  const service = await start();
  const other = new Sqlite(join(service.data, 'trainyard.sqlite'), { timeout: 10_000 });
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  await answered(service, 503, 'locked');
  other.exec('COMMIT');
  await answered(service, 200);
});

it('/readyz is 503 while the worker is gone, and automatically 200 again', async () => {
  const service = await start();
  const started = service.lines.map((line) => JSON.parse(line)).find(({ workerPid }) => workerPid);
  process.kill(started.workerPid, 'SIGKILL');
  await answered(service, 503, 'worker process');
  await answered(service, 200);
});
