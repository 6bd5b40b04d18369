import type { Clock } from '../../kit/clock.ts';
import { openDatabase } from '../../store/database/database.ts';
import { releaseAllJobs } from '../../worker/queue/queueStore.ts';
import { createBackupStore } from './backupStore.ts';
import { blobPath } from './blobPath.ts';
import type { Manifest } from './manifest.ts';

/**
 * Prepares the database of a backup for a service: migrates it to this version and queues its
 * running jobs, whose workers belong to the service that was backed up. Throws when it names a file
 * that the backup does not have.
 */
export async function resetLeases(path: string, { files }: Manifest, clock: Clock): Promise<void> {
  const database = openDatabase(path);
  try {
    const store = createBackupStore(database);
    const present = new Set(files.map((file) => file.path));
    const missing = (await store.namedBlobs()).map(blobPath).filter((name) => !present.has(name));
    if (missing.length > 0) throw new Error(`The backup lacks ${missing.join(', ')}: restore another backup.`);
    await releaseAllJobs(database, clock);
  } finally {
    await database.destroy();
  }
}
