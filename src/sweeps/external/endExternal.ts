import type { Queries } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { SweepEnd, SweepRow } from '../../store/database/tables.ts';
import { finishSweep } from '../finishSweep.ts';
import { lockRunning } from '../store.ts';
import { failExpired } from '../transitions.ts';
import { failOpenSegments } from '../trials/segmentStore.ts';
import { hasRunningTrial } from './externalStore.ts';

const LEASE_EXPIRED = {
  code: 'lease_expired',
  message: 'The sweep ended after the lease of the trial had expired without a result.',
};

/**
 * Ends an external sweep unless a trial is still running. If the time limit ended it, trials with
 * an expired lease count as failed. False: the sweep runs until its trials have a result or their
 * leases expire. Throws StaleSweepError if the sweep was changed since `row` was read.
 */
export async function endExternal(queries: Queries, row: SweepRow, reason: SweepEnd, now: number): Promise<boolean> {
  await lockRunning(queries, row);
  if (reason === 'seconds') {
    const failed = await failExpired(queries, row.id, toJson(LEASE_EXPIRED), now);
    await failOpenSegments(queries, row.id, failed);
  }
  if (await hasRunningTrial(queries, row.id)) return false;
  await finishSweep(queries, row, reason, now);
  return true;
}
