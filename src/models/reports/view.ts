import { isoTime } from '../../kit/clock.ts';
import { fromJson, fromNullableJson } from '../../store/database/json.ts';
import type { ReportRow } from '../../store/database/tables.ts';
import type { Report, ReportSummary } from './schemas.ts';
import type { ListedReportRow } from './store.ts';

const MS_PER_SECOND = 1000;

/** A report as the API shows it at the time `now`. */
export function toReport(row: ReportRow, modelIds: readonly string[], now: number): Report {
  return {
    ...toReportSummary(row, modelIds, now),
    request: fromJson(row.request),
    ...fromNullableJson<object>(row.result),
    warnings: fromJson(row.warnings),
  };
}

/** The same report as an item of a list. */
export function toReportSummary(row: ListedReportRow, modelIds: readonly string[], now: number): ReportSummary {
  const { id, kind, state, datasetId, createdAt, finishedAt } = row;
  return {
    id,
    // Rows are written with the kinds of the contract only.
    kind: kind as ReportSummary['kind'],
    state,
    progress: progressOf(row, now),
    modelIds: [...modelIds],
    datasetId,
    error: fromNullableJson(row.error),
    cost: { rows: row.rows, seconds: secondsOf(row) },
    createdAt: isoTime(createdAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
  };
}

/** The rest takes as long, in proportion, as the work so far. */
function progressOf({ state, fraction, startedAt }: ListedReportRow, now: number): ReportSummary['progress'] {
  if (state === 'succeeded') return { fraction: 1, etaSeconds: 0 };
  if (state !== 'running' || startedAt === null || fraction === 0) return { fraction, etaSeconds: null };
  const ran = Math.max(0, now - startedAt) / MS_PER_SECOND;
  return { fraction, etaSeconds: (ran * (1 - fraction)) / fraction };
}

function secondsOf({ startedAt, finishedAt }: ListedReportRow): number | null {
  return startedAt === null || finishedAt === null ? null : (finishedAt - startedAt) / MS_PER_SECOND;
}
