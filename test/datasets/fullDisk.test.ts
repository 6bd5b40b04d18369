import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../support/smallDisk.ts';
import { filesIn, startDatasets } from './support/service.ts';
import { upload } from './support/upload.ts';

const disk = mountSmallDisk(4 * 2 ** 20);
afterAll(() => disk?.remove());

const rows = Array.from({ length: 100_000 }, (_, row) => `${row},${Math.sin(row)},${row % 7}`);
const TABLE = ['a,b,c', ...rows].join('\n');

describe.skipIf(!disk)('on a full disk (skipped where no small disk can be mounted)', () => {
  it('an upload gets 507, leaves no data, and succeeds when there is space', async () => {
    if (!disk) return;
    const service = await startDatasets({}, disk.folder);
    const ballast = join(disk.folder, 'ballast');
    // First the upload fits and its Parquet file does not; then the upload does not fit either.
    for (const bytes of [1_000_000, 3_000_000]) {
      writeFileSync(ballast, Buffer.alloc(bytes));
      const refused = await upload(service, TABLE);
      expect(refused.json()).toMatchObject({ status: 507, code: 'storage_full' });
      expect(refused.headers['retry-after']).toBe('60');
      expect(filesIn(service.folders)).toEqual([]);
    }
    rmSync(ballast);
    expect((await upload(service, TABLE.slice(0, 100_000))).statusCode).toBe(201);
    await service.close();
  });
});
