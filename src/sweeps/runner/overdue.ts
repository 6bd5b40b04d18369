import type { EventBus, Notification } from '../../notifications/bus.ts';
import type { Database } from '../../store/database/database.ts';
import { applyToJobs } from '../applyToJobs.ts';
import { endExternal } from '../external/endExternal.ts';
import { StaleSweepError } from '../store.ts';
import { hasOverdue, listEndedExternal, markOverdue } from './runnerStore.ts';

/**
 * Stops the jobs of the sweeps that have reached their time limit. Returns the ids of the sweeps.
 * The clients of external trials learn of it when they report.
 */
export async function endOverdue(database: Database, now: number, bus: EventBus): Promise<readonly string[]> {
  // This runs every second; an update would take the write lock even if it changes nothing.
  if (!(await hasOverdue(database, now))) return [];
  const { ids, notifications } = await database.transaction().execute(async (transaction) => {
    const ids = await markOverdue(transaction, now);
    const notifications: Notification[] = [];
    for (const id of ids) notifications.push(...(await applyToJobs(transaction, id, 'stop', now)));
    return { ids, notifications };
  });
  for (const item of notifications) bus.publish(item);
  return ids;
}

/**
 * Ends the external sweeps that get no more trials, when every trial has a result or an expired
 * lease.
 */
export async function endOverdueExternal(database: Database, now: number, bus: EventBus): Promise<void> {
  for (const row of await listEndedExternal(database, now)) {
    const reason = row.endedBy ?? 'seconds';
    try {
      const isOver = await database.transaction().execute((transaction) => endExternal(transaction, row, reason, now));
      if (isOver) bus.publish({ kind: 'sweep', sweepId: row.id });
    } catch (error) {
      // Another process has ended or paused it.
      if (!(error instanceof StaleSweepError)) throw error;
    }
  }
}
