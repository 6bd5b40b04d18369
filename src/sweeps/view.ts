import { isoTime } from '../kit/clock.ts';
import type { SweepRow } from '../store/database/tables.ts';
import type { SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import { ranUntil } from './runner/write.ts';
import type { Sweep, SweepSummary, Trial } from './schemas.ts';
import type { Improvement, TrialTotals, TrialWithEpochs } from './store.ts';

/** What other tables say of a sweep. */
export interface SweepStats {
  readonly totals: TrialTotals;
  readonly best: TrialWithEpochs | null;
}

/** What only the answer about a single sweep shows. */
export interface SweepDetails extends SweepStats {
  /** With several objectives, how many trials no other one beats, and the first of them; null with one. */
  readonly front: { readonly size: number; readonly first: readonly TrialWithEpochs[] } | null;
  readonly improvements: readonly Improvement[];
}

/** A sweep as clients see it. */
export function sweepView(row: SweepRow, { front, improvements, ...stats }: SweepDetails, now: number): Sweep {
  const settings = readSettings(row.request);
  return {
    ...sweepSummary(row, settings, stats, now),
    job: settings.job,
    space: settings.space,
    front: front?.first.map(bestView) ?? null,
    frontSize: front?.size ?? null,
    trajectory: improvements.map(({ number, objective, finishedAt }) => ({
      number,
      objective,
      at: isoTime(finishedAt),
    })),
  };
}

/** The same sweep as an item of a list. */
export function sweepSummary(
  row: SweepRow,
  settings: SweepSettings,
  { totals, best }: SweepStats,
  now: number,
): SweepSummary {
  const { job: _job, space: _space, ...shown } = publicSettings(settings);
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
    error: fromJson(row.error),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

/** The settings without what is kept for the search alone. */
export function publicSettings({ usual: _, ...settings }: SweepSettings): Omit<SweepSettings, 'usual'> {
  return settings;
}

export function trialView(row: TrialWithEpochs): Trial {
  return {
    number: row.number,
    state: row.state,
    parameters: JSON.parse(row.parameters),
    objective: row.objective,
    objectives: fromJson(row.objectives),
    epochs: row.epochsDone,
    jobId: row.jobId,
    modelId: row.modelId,
    error: fromJson(row.error),
    leaseUntil: row.leaseUntil === null ? null : isoTime(row.leaseUntil),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

function bestView(row: TrialWithEpochs): NonNullable<Sweep['best']> {
  const { number, objective, objectives, parameters, jobId, modelId } = trialView(row);
  return { number, objective, objectives, parameters, jobId, modelId };
}

/** As long as the trials so far took, for each that is left. */
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

function fromJson<Value>(text: string | null): Value | null {
  return text === null ? null : JSON.parse(text);
}
