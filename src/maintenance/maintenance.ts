import { createCheckpoints } from '../jobs/checkpoints/checkpoints.ts';
import type { Logger } from '../kit/log.ts';
import type { Blobs } from '../store/blobs/blobs.ts';
import { dialectOf } from '../store/database/dialect/dialect.ts';
import { type DeleteOldDeps, deleteOld } from './retention/deleteOld.ts';

export interface MaintenanceDeps extends Omit<DeleteOldDeps, 'checkpoints' | 'leaving'> {
  /** The checkpoints of jobs. */
  readonly blobs: Blobs;
  readonly log: Logger;
}

export interface Maintenance {
  /** Stops, and resolves when the current deletion has finished. */
  stop(): Promise<void>;
}

const DELETE_EVERY_MS = 3_600_000;
const VACUUM_EVERY_MS = 60_000;

/**
 * Deletes expired data, now and every hour, and returns the space of deleted data to the file
 * system within a minute.
 */
export function startMaintenance(deps: MaintenanceDeps): Maintenance {
  const { database, log } = deps;
  const checkpoints = createCheckpoints(deps);
  const leaving = new AbortController();
  // Also for few rows: a client may have deleted them so that they can no longer be read from the
  // files.
  const vacuum = () => dialectOf(database).vacuum(database);
  const cleanUp = async () => {
    const jobs = await deleteOld({ ...deps, checkpoints, leaving: leaving.signal });
    if (jobs > 0) log.info({ jobs }, 'old jobs deleted');
    await vacuum();
  };

  let last: Promise<void> = Promise.resolve();
  const run = (task: () => Promise<void>) => {
    last = last
      .then(task)
      .catch((error) => log.warn({ err: error }, 'expired data could not be deleted; trying again later'));
  };
  run(cleanUp);
  const timers = [setInterval(() => run(cleanUp), DELETE_EVERY_MS), setInterval(() => run(vacuum), VACUUM_EVERY_MS)];
  return {
    stop() {
      leaving.abort();
      for (const timer of timers) clearInterval(timer);
      return last;
    },
  };
}
