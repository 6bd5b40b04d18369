import { isoTime } from '../kit/clock.ts';
import { fromNullableJson } from '../store/database/json.ts';
import type { SweepRow } from '../store/database/tables.ts';
import { objectivesOf } from './request/objective.ts';
import type { SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import { ranUntil } from './runTime.ts';
import { MAX_FRONT_SHOWN, type Sweep, type SweepSummary } from './schemas.ts';
import { paretoFrontNumbers } from './trials/paretoFrontNumbers.ts';
import type { TrialStore, TrialTotals, TrialWithEpochs } from './trials/trialStore.ts';
import { bestView } from './trials/view.ts';

/** A sweep as the API returns it. */
export async function sweepView(row: SweepRow, trials: TrialStore, now: number): Promise<Sweep> {
  const { job, space, objective } = readSettings(row.request);
  const [{ goal }] = objectivesOf(objective);
  return {
    ...(await sweepSummary(row, trials, now)),
    job,
    space,
    ...(await frontView(row, trials)),
    trajectory: (await trials.improvements(row.id, goal)).map(({ number, objective, finishedAt }) => ({
      number,
      objective,
      at: isoTime(finishedAt),
    })),
  };
}

/** A sweep as an item of a list. */
export async function sweepSummary(row: SweepRow, trials: TrialStore, now: number): Promise<SweepSummary> {
  const settings = readSettings(row.request);
  const { job: _job, space: _space, ...shown } = publicSettings(settings);
  const totals = await trials.totals(row.id);
  const best = await bestOf(row.id, settings, trials);
  const seconds = ranUntil(row, now).ranMs / 1000;
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    endedBy: row.endedBy,
    datasetId: row.datasetId,
    counts: totals.counts,
    epochs: totals.epochs,
    seconds,
    etaSeconds: row.state === 'running' ? etaOf(totals, settings, seconds) : null,
    best: best && bestView(best),
    ...shown,
    error: fromNullableJson(row.error),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

/** The settings without those that only the search needs. */
export function publicSettings({ defaults: _, ...settings }: SweepSettings): Omit<SweepSettings, 'defaults'> {
  return settings;
}

/** The best succeeded trial; null with several objectives. */
async function bestOf(id: string, { objective }: SweepSettings, trials: TrialStore): Promise<TrialWithEpochs | null> {
  const objectives = objectivesOf(objective);
  if (objectives.length > 1) return null;
  const [best] = await trials.ranked(id, objectives[0].goal, 1);
  return best ?? null;
}

/** The Pareto front; null with one objective. */
async function frontView({ id, request }: SweepRow, trials: TrialStore): Promise<Pick<Sweep, 'front' | 'frontSize'>> {
  const objectives = objectivesOf(readSettings(request).objective);
  if (objectives.length === 1) return { front: null, frontSize: null };
  const all = paretoFrontNumbers(await trials.succeeded(id), objectives);
  const numbers = all.slice(0, MAX_FRONT_SHOWN);
  const order = { sort: 'number', order: 'asc' } as const;
  const { rows } = await trials.list(id, { states: [], numbers, ...order, offset: 0, limit: MAX_FRONT_SHOWN });
  return { front: rows.map(bestView), frontSize: all.length };
}

/** The mean time of the trials so far, times the number of trials that are left. */
function etaOf(
  { counts }: TrialTotals,
  { search: { trials }, external }: SweepSettings,
  seconds: number,
): number | null {
  const { succeeded, failed, pruned, paused, cancelled, running } = counts;
  const endedTrials = succeeded + failed + pruned + paused + cancelled;
  if (endedTrials === 0 || external) return null;
  return (seconds / endedTrials) * Math.max(0, trials - endedTrials - running / 2);
}
