import { isoTime } from '../kit/clock.ts';
import { fromJson, fromNullableJson } from '../store/database/json.ts';
import type { JobRow, LossRow } from '../store/database/tables.ts';
import { changesOf } from './divergenceFix.ts';
import type { Job, JobSummary, Losses } from './schemas.ts';
import type { ListedJobRow } from './store.ts';
import type { JobEstimate } from './submission/previewSchema.ts';
import { type JobHyperparameters, readJobHyperparameters } from './submission/requestSchema.ts';

/** The facts about a job in other tables. */
export interface JobFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly queuePosition: number | null;
}

/**
 * The row of a job as clients see it. Its JSON columns were written from the types of the response.
 */
export function jobView(row: JobRow, facts: JobFacts, estimate: JobEstimate | null): Job {
  const hyperparameters = readJobHyperparameters(row.request);
  const summary = jobSummary(row, facts);
  return {
    ...summary,
    error: summary.error && withFix(summary.error, row, hyperparameters),
    hyperparameters,
    estimate,
    warnings: fromJson(row.warnings),
  };
}

/** Trials have no fix: their sweep chose the hyperparameters. */
function withFix(error: NonNullable<Job['error']>, { trial }: JobRow, job: JobHyperparameters): Job['error'] {
  return error.code === 'loss_diverged' && trial === null ? { ...error, fix: changesOf(job) } : error;
}

/** The row of a job as an item of a list. */
export function jobSummary(row: ListedJobRow, { labels, queuePosition }: JobFacts): JobSummary {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.datasetId,
    state: row.state,
    requested: row.requested,
    queuePosition,
    progress: fromNullableJson(row.progress),
    latest: fromNullableJson(row.latest),
    best: fromNullableJson(row.best),
    attempts: row.attempts,
    modelId: row.modelId,
    error: fromNullableJson(row.error),
    labels,
    priority: row.priority,
    sweepId: row.sweepId,
    trial: row.trial,
    createdAt: isoTime(row.createdAt),
    startedAt: timeOrNull(row.startedAt),
    finishedAt: timeOrNull(row.finishedAt),
  };
}

export function lossView({ jobId: _, metrics, ...loss }: LossRow): Losses['items'][number] {
  return { ...loss, metrics: fromJson(metrics) };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
