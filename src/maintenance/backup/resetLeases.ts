import type { Clock } from '../../kit/clock.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { createQueue } from '../../worker/queue/queue.ts';
import type { Manifest } from './manifest.ts';
import { namedFiles } from './namedFiles.ts';

/**
 * Makes the database of a backup ready to be served: brought up to this version, and no job held by a worker of the service that was backed up.
 * Throws when it names a file that the backup has not.
 */
export async function resetLeases(path: string, { files }: Manifest, clock: Clock): Promise<void> {
  const database = openDatabase(path);
  try {
    const there = new Set(files.map((file) => file.path));
    const missing = (await namedFiles(database)).filter((name) => !there.has(name));
    if (missing.length > 0) throw new Error(`The backup lacks ${missing.join(', ')}: restore another backup.`);
    await releaseJobs(database, clock);
  } finally {
    await database.destroy();
  }
}

/** As a worker lets go of its jobs that is told to end. */
async function releaseJobs(database: Database, clock: Clock): Promise<void> {
  const running = await database
    .selectFrom('jobs')
    .select(['id', 'leaseOwner'])
    .where('state', '=', 'running')
    .execute();
  for (const { id, leaseOwner } of running) {
    if (leaseOwner !== null) await createQueue(database, leaseOwner, clock).release(id);
  }
}
