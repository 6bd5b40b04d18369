import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldersOf, prepareFolders } from '../../../src/kit/folders.ts';
import { newId } from '../../../src/kit/ids.ts';
import { makeBackup } from '../../../src/maintenance/backup/backup.ts';
import { newManifest, readManifest, writeManifest } from '../../../src/maintenance/backup/manifest.ts';
import { restoreBackup } from '../../../src/maintenance/backup/restore.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { acquireLock } from '../../../src/store/database/sqlite/lock.ts';

const clock = () => Date.parse('2026-11-23T08:00:00Z');

let root: string;
let data: string;
let backup: string;
let elsewhere: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trainyard-backup-'));
  [data, backup, elsewhere] = ['data', 'backup', 'elsewhere'].map((name) => join(root, name));
  prepareFolders(foldersOf(data));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A data folder with two datasets, one without its file, and a running job with a checkpoint. */
async function fillData(): Promise<void> {
  const folders = foldersOf(data);
  const database = openDatabase(folders.database);
  for (const name of ['present', 'missing']) {
    const dataset = {
      id: newId('ds'),
      project: 'default',
      name,
      state: 'ready',
      rows: 1,
      bytes: 4,
      sha256: '',
      error: null,
    } as const;
    const row = { ...dataset, file: `${name}.parquet`, columns: '[]', warnings: '[]', createdAt: 0 };
    await database.insertInto('datasets').values(row).execute();
  }
  writeFileSync(join(folders.datasets, 'present.parquet'), 'rows');
  writeFileSync(join(folders.datasets, 'unused.parquet'), 'leftover');
  const job = {
    id: 'job_1',
    project: 'default',
    name: 'job',
    request: '{}',
    memoryBytes: 0,
    warnings: '[]',
    attempts: 1,
  };
  const lease = { state: 'running', leaseOwner: 'there/1/x', leaseUntil: 9e15 } as const;
  await database
    .insertInto('jobs')
    .values({ ...job, ...lease, priority: 0, crashes: 2, suspectAt: 1, createdAt: 0 })
    .execute();
  const checkpoint = { jobId: 'job_1', step: 1, epoch: 1, finished: 0, bytes: 5, sha256: '' } as const;
  await database
    .insertInto('checkpoints')
    .values({ ...checkpoint, file: 'job_1.1.checkpoint', createdAt: 0 })
    .execute();
  writeFileSync(join(folders.checkpoints, 'job_1.1.checkpoint'), 'state');
  await database.destroy();
}

describe('a backup', () => {
  beforeEach(fillData);

  it('has the files that its database names, and no other files', async () => {
    const { manifest, missingFiles } = await makeBackup({ data, target: backup, clock });
    const names = readdirSync(backup, { recursive: true }).toSorted();
    expect(names).toEqual([
      'checkpoints',
      'checkpoints/job_1.1.checkpoint',
      'datasets',
      'datasets/present.parquet',
      'manifest.json',
      'trainyard.sqlite',
    ]);
    expect(missingFiles).toEqual(['datasets/missing.parquet']);
    expect(manifest).toMatchObject({ format: 1, createdAt: '2026-11-23T08:00:00.000Z' });
  });

  it('is restored with its files and with its jobs queued', async () => {
    await makeBackup({ data, target: backup, clock });
    await restoreBackup({ backup, data: elsewhere, clock });
    const folders = foldersOf(elsewhere);
    expect(readFileSync(join(folders.datasets, 'present.parquet'), 'utf8')).toBe('rows');
    expect(readFileSync(join(folders.checkpoints, 'job_1.1.checkpoint'), 'utf8')).toBe('state');
    expect(readdirSync(elsewhere).toSorted()).toEqual(['api.lock', 'checkpoints', 'datasets', 'trainyard.sqlite']);
    const database = openDatabase(folders.database);
    const job = await database
      .selectFrom('jobs')
      .select(['state', 'attempts', 'crashes', 'suspectAt'])
      .executeTakeFirst();
    expect(job).toEqual({ state: 'queued', attempts: 0, crashes: 2, suspectAt: 1 });
    const datasets = await database.selectFrom('datasets').select(['name', 'state', 'file']).orderBy('name').execute();
    expect(datasets).toEqual([
      { name: 'missing', state: 'failed', file: null },
      { name: 'present', state: 'ready', file: 'present.parquet' },
    ]);
    await database.destroy();
  });

  it('does not replace an existing folder', async () => {
    mkdirSync(backup);
    await expect(makeBackup({ data, target: backup, clock })).rejects.toThrow('already exists');
  });

  it('leaves no files when it fails', async () => {
    writeFileSync(foldersOf(data).database, 'no database'.repeat(1000));
    await expect(makeBackup({ data, target: backup, clock })).rejects.toThrow('not a database');
    expect(readdirSync(root)).toEqual(['data']);
  });

  it('refuses a database that names a file outside of the data folder', async () => {
    const database = openDatabase(foldersOf(data).database);
    writeFileSync(join(root, 'letter.txt'), 'Dear all');
    await database.updateTable('datasets').set({ file: '../../letter.txt' }).where('name', '=', 'missing').execute();
    await database.destroy();
    await expect(makeBackup({ data, target: backup, clock })).rejects.toThrow('Invalid blob key');
    expect(readdirSync(root).toSorted()).toEqual(['data', 'letter.txt']);
  });

  it('requires a data folder', async () => {
    await expect(makeBackup({ data: elsewhere, target: backup, clock })).rejects.toThrow('--data');
  });
});

describe('a restore', () => {
  beforeEach(async () => {
    await fillData();
    await makeBackup({ data, target: backup, clock });
  });

  async function expectRefused(message: string): Promise<void> {
    await expect(restoreBackup({ backup, data: elsewhere, clock })).rejects.toThrow(message);
    expect(existsSync(elsewhere) ? readdirSync(elsewhere) : []).not.toContain('trainyard.sqlite');
  }

  it.each(['trainyard.sqlite', 'datasets/present.parquet', 'checkpoints/job_1.1.checkpoint'])(
    'refuses a backup in which one bit of %s has changed',
    async (path) => {
      const bytes = readFileSync(join(backup, path));
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(join(backup, path), bytes);
      await expectRefused(`${path} has changed since the backup was made`);
    },
  );

  it('refuses a backup with a truncated file', async () => {
    truncateSync(join(backup, 'trainyard.sqlite'), 4096);
    await expectRefused('(4096 bytes, ');
  });

  it('refuses a backup with a missing file', async () => {
    rmSync(join(backup, 'datasets/present.parquet'));
    await expectRefused('present.parquet could not be copied');
  });

  it('refuses a changed, truncated or missing manifest', async () => {
    const manifest = join(backup, 'manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('2026', '2025'));
    await expectRefused('is damaged: restore another backup');
    truncateSync(manifest, 100);
    await expectRefused('is damaged: restore another backup');
    rmSync(manifest);
    await expectRefused('is not a complete backup');
  });

  it.each([
    ...['datasets/../../data/api.lock', '../data/api.lock', '/etc/passwd', 'datasets/a/b', 'datasets/', 'api.lock'],
    ...['datasets/.hidden', 'checkpoints/a\\b', 'checkpoints/a.partial', 'temporary/a', 'Datasets/a', ''],
  ])('refuses a manifest that names %j', async (path) => {
    const { files, ...rest } = await readManifest(backup);
    rmSync(join(backup, 'manifest.json'));
    await writeManifest(backup, { ...rest, files: [...files, { ...files[0], path }] });
    await expectRefused('is damaged');
  });

  it('refuses a backup of a later version with the number of that version', async () => {
    const { format: _, ...manifest } = await readManifest(backup);
    rmSync(join(backup, 'manifest.json'));
    await writeManifest(backup, newManifest({ ...manifest, version: '9.0.0', schema: '9999_future' }));
    await expectRefused('made by Trainyard 9.0.0');
    writeFileSync(join(backup, 'manifest.json'), JSON.stringify({ format: 2 }));
    await expectRefused('made by a later version');
  });

  it('refuses a folder that is not empty and does not change it', async () => {
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'letter.txt'), 'Dear all');
    await expectRefused('is not empty: restore into another folder');
    expect(readFileSync(join(elsewhere, 'letter.txt'), 'utf8')).toBe('Dear all');
  });

  it('refuses the folder of a running service', async () => {
    mkdirSync(elsewhere);
    const lock = acquireLock(foldersOf(elsewhere).lock);
    await expectRefused('A service uses');
    lock?.release();
    await restoreBackup({ backup, data: elsewhere, clock });
  });
});
