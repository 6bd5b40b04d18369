/**
 * The only code that writes `reports.state`. With a final state it writes the deliveries to
 * webhooks. Every function runs in the caller's transaction, so a reader sees all of them or none.
 */
import { sql, type UpdateQueryBuilder } from 'kysely';
import type { Queries } from '../../store/database/database.ts';
import { fromNullableJson } from '../../store/database/json.ts';
import type { ReportRow, ReportState, Tables } from '../../store/database/tables.ts';
import { enqueueDeliveries } from '../../webhooks/deliveryStore.ts';

/** The states from which a report can enter each state. */
const TRANSITIONS = {
  queued: ['running'],
  running: ['queued'],
  succeeded: ['running'],
  failed: ['running'],
  cancelled: ['queued', 'running'],
} as const satisfies Readonly<Record<ReportState, readonly ReportState[]>>;

export const FINAL_REPORT_STATES: readonly ReportState[] = ['succeeded', 'failed', 'cancelled'];

export type NewReportRow = Pick<ReportRow, 'id' | 'project' | 'kind' | 'key' | 'request' | 'datasetId' | 'createdAt'>;

/** Queues a report. False: a report with that key exists, and nothing was changed. */
export async function insertReport(queries: Queries, row: NewReportRow, modelIds: readonly string[]): Promise<boolean> {
  const inserted = await queries
    .insertInto('reports')
    .values({ ...row, state: 'queued' })
    // Of the partial index `reports_by_key`: ids are new.
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
  const models = modelIds.map((modelId, position) => ({ reportId: row.id, position, modelId }));
  await queries.insertInto('reportModels').values(models).execute();
  return true;
}

const NO_LEASE = { leaseOwner: null, leaseUntil: null, cancelling: 0 } as const;

type ReportUpdate = UpdateQueryBuilder<Tables, 'reports', 'reports', ReportRow>;

/** Moves the chosen reports that can enter the state. Returns them as they are now. */
export async function moveReports(
  queries: Queries,
  to: ReportState,
  choose: (reports: ReportUpdate) => ReportUpdate,
): Promise<readonly ReportRow[]> {
  const reports = queries
    .updateTable('reports')
    .set(sql.ref('state'), to)
    .where('state', 'in', TRANSITIONS[to])
    .returningAll();
  const moved = await choose(to === 'running' ? reports : reports.set(NO_LEASE)).execute();
  for (const report of moved) await announce(queries, report);
  return moved;
}

/** A cancelled report has no event: its own client cancelled it. */
async function announce(queries: Queries, report: ReportRow): Promise<void> {
  const { id: reportId, project, kind, state, datasetId, finishedAt } = report;
  if (finishedAt === null || (state !== 'succeeded' && state !== 'failed')) return;
  const data = { reportId, kind, state, datasetId, error: fromNullableJson(report.error) };
  await enqueueDeliveries(queries, { project, type: `report.${state}`, data, at: finishedAt });
}
