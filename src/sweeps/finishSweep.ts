import { cancelHalted } from '../jobs/trials.ts';
import type { Queries } from '../store/database/database.ts';
import { toJson } from '../store/database/json.ts';
import type { SweepEnd, SweepRow } from '../store/database/tables.ts';
import { ranUntil } from './runTime.ts';
import { endSweep, prunePaused } from './transitions.ts';
import { hasSucceeded } from './trials/trialStore.ts';

const ALL_FAILED = {
  code: 'no_trial_succeeded',
  message: 'No trial has succeeded. `GET /v1/sweeps/{id}/trials?state=failed` shows why each failed.',
};

/** Prunes the paused trials and ends the sweep. It has failed if no trial succeeded. */
export async function finishSweep(queries: Queries, row: SweepRow, endedBy: SweepEnd, now: number): Promise<void> {
  await cancelHalted(queries, await prunePaused(queries, row.id, now), now);
  const ended = { endedBy, finishedAt: now, ...ranUntil(row, now) };
  if (await hasSucceeded(queries, row.id)) await endSweep(queries, row.id, 'succeeded', { ...ended, error: null });
  else await endSweep(queries, row.id, 'failed', { ...ended, error: toJson(ALL_FAILED) });
}
