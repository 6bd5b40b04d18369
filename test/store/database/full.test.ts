import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkDatabase, openDatabase } from '../../../src/store/database/database.ts';
import { isFull } from '../../../src/store/database/errors.ts';
import { mountSmallDisk } from '../../support/smallDisk.ts';

const disk = mountSmallDisk(4 * 2 ** 20);
afterAll(() => disk?.remove());

it.skipIf(!disk)(
  'reports a full disk, loses no committed row, and writes again when there is space (where it may mount a small disk)',
  async () => {
    if (!disk) return;
    const [path, ballast] = [join(disk.folder, 'trainyard.sqlite'), join(disk.folder, 'ballast')];
    writeFileSync(ballast, Buffer.alloc(2 ** 20));
    const database = openDatabase(path);
    let written = 0;
    const write = () =>
      database.transaction().execute(async (transaction) => {
        const limits = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null };
        const name = `${written} `.padEnd(100_000, '-');
        await transaction
          .insertInto('projects')
          .values({ ...limits, name, createdAt: 0 })
          .execute();
        await transaction.updateTable('projects').set({ createdAt: 1 }).where('name', '=', name).execute();
      });
    const error = await write().then(fill, (reason) => reason);
    async function fill(): Promise<unknown> {
      written++;
      return write().then(fill, (reason) => reason);
    }
    expect(isFull(error)).toBe(true);
    const count = () => database.selectFrom('projects').select('name').where('createdAt', '=', 1).execute();
    expect(await count()).toHaveLength(written);
    rmSync(ballast);
    await write();
    expect(await count()).toHaveLength(written + 1);
    await checkDatabase(database, path);
    await database.destroy();
  },
);
