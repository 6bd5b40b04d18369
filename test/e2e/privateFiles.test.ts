import { chmodSync, type Dirent, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import type { Job } from '../../src/jobs/schemas.ts';
import type { Sweep } from '../../src/sweeps/schemas.ts';
import { startBuiltService } from '../support/builtService.ts';
import { type Api, apiAt } from './support/api.ts';
import { runTrainyard } from './support/commandLine.ts';

/** Child processes inherit it. */
let umask: number;
beforeAll(() => {
  umask = process.umask(0o000);
});
afterAll(() => process.umask(umask));

const CSV = ['a,b', ...Array.from({ length: 3000 }, (_, row) => `${row % 17},${row % 2 ? 'yes' : 'no'}`)].join('\n');
const FLAGS = ['--workers', '1', '--checkpoint-seconds', '0.01'];
const ROWS = 20_000;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-private-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Entries below a folder that are neither 0700 (folders) nor 0600 (files), as `path mode`; and all
 * entries.
 */
function walk(folder: string): { readonly wide: readonly string[]; readonly seen: readonly string[] } {
  const seen = ['', ...pathsBelow(folder)];
  const wide = seen.flatMap((path) => {
    // Temporary files may disappear.
    const stats = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const mode = stats.mode & 0o777;
    return mode === (stats.isDirectory() ? 0o700 : 0o600) ? [] : [`${path} ${mode.toString(8)}`];
  });
  return { wide, seen };
}

/** Every path below a folder. None if the folder is deleted meanwhile. */
function pathsBelow(folder: string, path = ''): string[] {
  return entriesOf(join(folder, path)).flatMap((entry) => {
    const below = join(path, entry.name);
    return entry.isDirectory() ? [below, ...pathsBelow(folder, below)] : [below];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Walks the folder repeatedly until the work is done; returns the files. */
async function walkWhile(folder: string, work: Promise<unknown>): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  let done = false;
  const ended = Promise.allSettled([work]).then(() => {
    done = true;
  });
  while (!done) {
    const { wide, seen } = walk(folder);
    expect(wide).toEqual([]);
    for (const path of seen) all.add(path);
    await new Promise(setImmediate);
  }
  await Promise.all([ended, work]);
  return all;
}

async function useEverything(api: Api): Promise<void> {
  const { body: dataset } = await api.send<Dataset>('/v1/datasets?name=private', 'text/csv', CSV);
  const spec = { target: 'b', training: { epochs: 200, earlyStopping: null } };
  const submitted = await api.post<Job>('/v1/jobs', { datasetId: dataset.id, ...spec });
  const { state, modelId } = await api.ended(submitted.body.id);
  expect(state).toBe('succeeded');
  const rows = `a\n${Array.from({ length: ROWS }, (_, row) => row % 17).join('\n')}`;
  expect((await api.send(`/v1/models/${modelId}/predict`, 'text/csv', rows)).status).toBe(200);
  const sweep = {
    job: { datasetId: dataset.id, target: 'b', training: { epochs: 3 } },
    space: { 'training.batchSize': { type: 'choice', values: [16, 32] } },
    search: { algorithm: 'random', trials: 2 },
  };
  const begun = await api.post<Sweep>('/v1/sweeps', sweep);
  expect(begun.status).toBe(202);
  for (;;) {
    const { body } = await api.get<Sweep>(`/v1/sweeps/${begun.body.id}?wait=60`);
    if (body.state === 'succeeded') return;
  }
}

it('makes all files of a data folder, a backup and a restored folder private to their owner, whatever the umask', async () => {
  const folder = newFolder();
  const [data, backup, restored] = ['data', 'backup', 'restored'].map((name) => join(folder, name));
  const service = await startBuiltService(FLAGS, data);
  onTestFinished(async () => void (await service.stop()));
  const seen = await walkWhile(data, useEverything(apiAt(service.address)));
  const kinds = ['trainyard.sqlite-wal', 'trainyard.sqlite-shm', 'api.lock', '.parquet', '.checkpoint', 'temporary/'];
  for (const kind of kinds) expect([...seen].filter((path) => path.includes(kind)).length, kind).toBeGreaterThan(0);

  expect((await runTrainyard(['backup', backup, '--data', data])).code).toBe(0);
  // An operator creates the folder first.
  mkdirSync(restored);
  expect((await runTrainyard(['restore', backup, '--data', restored])).code).toBe(0);
  for (const each of [data, backup, restored]) expect(walk(each)).toMatchObject({ wide: [] });
  expect(walk(backup).seen.some((path) => path.includes('.parquet'))).toBe(true);
});

it('restricts a data folder that others could read when the service starts with it', async () => {
  const data = join(newFolder(), 'data');
  const first = await startBuiltService(['--role', 'api'], data);
  await apiAt(first.address).send('/v1/datasets', 'text/csv', CSV);
  await first.stop();
  for (const path of walk(data).seen) {
    const file = join(data, path);
    chmodSync(file, lstatSync(file).isDirectory() ? 0o755 : 0o644);
  }
  const second = await startBuiltService(['--role', 'api'], data);
  onTestFinished(async () => void (await second.stop()));
  await second.logged('the data folder was restricted to its owner');
  await apiAt(second.address).send('/v1/datasets', 'text/csv', CSV);
  expect(walk(data).wide).toEqual([]);
});
