import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { startMaintenance } from '../../src/maintenance/maintenance.ts';
import { createFolderBlobs } from '../../src/store/blobs/folder.ts';
import { openDatabase } from '../../src/store/database.ts';
import { log } from '../jobs/fixtures.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

it('wipes what was deleted out of all files within a minute, however little it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-upkeep-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const database = openDatabase(join(folder, 'trainyard.sqlite'));
  const retention = { deleteModelsWithJobs: false, keepEventsDays: 30, keepCheckpointsDays: 30 };
  const upkeep = startMaintenance({
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

  // Behind what is done at the start.
  await vi.waitUntil(() => statSync(join(folder, 'trainyard.sqlite-wal')).size === 0);
  await database.insertInto('projects').values({ name: 'a-secret-of-ours', createdAt: 1 }).execute();
  await database.deleteFrom('projects').where('name', '=', 'a-secret-of-ours').execute();
  expect(filesWith('a-secret-of-ours')).not.toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  await upkeep.stop();
  expect(filesWith('a-secret-of-ours')).toEqual([]);
  await database.destroy();
});
