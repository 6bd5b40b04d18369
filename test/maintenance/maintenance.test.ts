import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { startMaintenance } from '../../src/maintenance/maintenance.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { log } from '../jobs/fixtures.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('removes deleted data from all files within a minute, also a single row', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-maintenance-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const database = openDatabase(join(folder, 'trainyard.sqlite'));
  const retention = { deleteModelsWithJobs: false, retainEventsDays: 30, retainCheckpointsDays: 30 };
  const maintenance = startMaintenance({
    database,
    blobs: createFolderBlobs(join(folder, 'checkpoints')),
    retention,
    clock: Date.now,
    log,
  });
  const filesWith = (word: string) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && readFileSync(join(folder, entry.name)).includes(word))
      .map(({ name }) => name);

  // After the first run.
  await vi.waitUntil(() => statSync(join(folder, 'trainyard.sqlite-wal')).size === 0);
  await database.insertInto('projects').values({ name: 'a-secret-project', createdAt: 1 }).execute();
  await database.deleteFrom('projects').where('name', '=', 'a-secret-project').execute();
  expect(filesWith('a-secret-project')).not.toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  await maintenance.stop();
  expect(filesWith('a-secret-project')).toEqual([]);
  await database.destroy();
});
