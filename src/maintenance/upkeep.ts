import { createCheckpoints } from '../jobs/checkpoints/checkpoints.ts';
import type { Logger } from '../kit/log.ts';
import { giveSpaceBack } from '../store/space.ts';
import { type DeleteOldParts, deleteOld } from './retention/deleteOld.ts';

export interface UpkeepParts extends Omit<DeleteOldParts, 'checkpoints' | 'leaving'> {
  /** Of the checkpoints. */
  readonly folder: string;
  readonly log: Logger;
}

export interface Upkeep {
  /** Goes no further; resolves when nothing is being deleted any more. */
  stop(): Promise<void>;
}

const DELETE_EVERY_MS = 3_600_000;
const GIVE_BACK_EVERY_MS = 60_000;

/** Deletes what is old, now and every hour, and gives the space of what was deleted back to the disk within a minute. */
export function startUpkeep(parts: UpkeepParts): Upkeep {
  const { database, log } = parts;
  const checkpoints = createCheckpoints(parts);
  const leaving = new AbortController();
  const tidyUp = async () => {
    const jobs = await deleteOld({ ...parts, checkpoints, leaving: leaving.signal });
    if (jobs > 0) log.info({ jobs }, 'old jobs deleted');
    await giveSpaceBack(database);
  };
  // However little it is: somebody may have deleted it because nobody is to read it any more.
  const giveBack = () => giveSpaceBack(database);

  let last: Promise<void> = Promise.resolve();
  const run = (task: () => Promise<void>) => {
    last = last
      .then(task)
      .catch((error) => log.warn({ err: error }, 'what is old could not be deleted; it is tried again'));
  };
  run(tidyUp);
  const timers = [
    setInterval(() => run(tidyUp), DELETE_EVERY_MS),
    setInterval(() => run(giveBack), GIVE_BACK_EVERY_MS),
  ];
  return {
    stop() {
      leaving.abort();
      for (const timer of timers) clearInterval(timer);
      return last;
    },
  };
}
