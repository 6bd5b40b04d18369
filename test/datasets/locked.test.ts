import { tmpdir } from 'node:os';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { filesIn, startDatasets } from './support/service.ts';
import { upload } from './support/upload.ts';

it('an upload while another program locks the database gets 503 with Retry-After, and leaves no data', async () => {
  const service = await startDatasets({}, tmpdir(), 100);
  onTestFinished(service.close);
  const other = new Sqlite(service.folders.database);
  other.exec('BEGIN IMMEDIATE');
  const refused = await upload(service, 'a,b\n1,2\n');
  expect(refused.json()).toMatchObject({ status: 503, code: 'unavailable' });
  expect(refused.headers['retry-after']).toBe('2');
  expect(filesIn(service.folders)).toEqual([]);
  expect((await service.app.inject({ url: '/v1/datasets' })).statusCode).toBe(200);
  other.exec('COMMIT');
  other.close();
  expect((await upload(service, 'a,b\n1,2\n')).statusCode).toBe(201);
});
