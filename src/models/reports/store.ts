import { readWithin, type Slice } from '../../kit/contract/pages.ts';
import type { Database } from '../../store/database/database.ts';
import type { ReportRow, ReportState } from '../../store/database/tables.ts';
import { textBytes } from '../../store/textBytes.ts';
import { FINAL_REPORT_STATES, insertReport, moveReports, type NewReportRow } from './transitions.ts';

interface ReportFilter {
  readonly kind?: string | undefined;
  readonly modelId?: string | undefined;
  readonly datasetId?: string | undefined;
  readonly state?: readonly ReportState[] | undefined;
  /** Only reports older than this id. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The fields of a report that a list shows. */
const LISTED = [
  ...(['id', 'kind', 'state', 'fraction', 'datasetId', 'error', 'rows'] as const),
  ...(['createdAt', 'startedAt', 'finishedAt'] as const),
] as const;
export type ListedReportRow = Pick<ReportRow, (typeof LISTED)[number]>;

/** The reports of one project. */
export interface ReportStore {
  /**
   * Queues the report, unless one with its key exists. Returns the id of the report with that key.
   */
  insert(row: Omit<NewReportRow, 'project'>, modelIds: readonly string[]): Promise<string>;
  find(id: string): Promise<ReportRow | undefined>;
  state(id: string): Promise<ReportState | undefined>;
  /** Newest first. */
  list(filter: ReportFilter): Promise<Slice<ListedReportRow>>;
  /** The models of each report, in the order of its request. */
  modelsOf(reportIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Cancels a queued report, and requests to cancel a running one. False: it has ended. */
  cancel(id: string, now: number): Promise<boolean>;
  /** False: it does not exist, or has not ended. */
  remove(id: string): Promise<boolean>;
}

export function createReportStore(database: Database, project: string): ReportStore {
  return {
    insert: (row, modelIds) =>
      database.transaction().execute(async (queries) => {
        if (await insertReport(queries, { ...row, project }, modelIds)) return row.id;
        const { id } = await queries
          .selectFrom('reports')
          .select('id')
          .where('project', '=', project)
          .where('key', '=', row.key)
          .where('state', 'in', ['queued', 'running', 'succeeded'])
          .executeTakeFirstOrThrow();
        return id;
      }),

    find: (id) =>
      database.selectFrom('reports').selectAll().where('id', '=', id).where('project', '=', project).executeTakeFirst(),

    async state(id) {
      const query = database.selectFrom('reports').select('state').where('id', '=', id).where('project', '=', project);
      return (await query.executeTakeFirst())?.state;
    },

    list({ kind, modelId, datasetId, state, before, limit }) {
      let query = database.selectFrom('reports').where('project', '=', project).orderBy('id', 'desc');
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (datasetId !== undefined) query = query.where('datasetId', '=', datasetId);
      if (state !== undefined) query = query.where('state', 'in', state);
      if (before !== undefined) query = query.where('id', '<', before);
      if (modelId !== undefined) {
        query = query.where('id', 'in', (eb) =>
          eb.selectFrom('reportModels').select('reportId').where('modelId', '=', modelId),
        );
      }
      return readWithin({ sizes: query.select(textBytes('error').as('bytes')), rows: query.select(LISTED) }, limit);
    },

    async modelsOf(reportIds) {
      const rows = await database
        .selectFrom('reportModels')
        .select(['reportId', 'modelId'])
        .where('reportId', 'in', reportIds)
        .orderBy('reportId')
        .orderBy('position')
        .execute();
      const byReport = Map.groupBy(rows, ({ reportId }) => reportId);
      return new Map([...byReport].map(([id, models]) => [id, models.map(({ modelId }) => modelId)]));
    },

    cancel: (id, now) =>
      database.transaction().execute(async (queries) => {
        const cancelled = await moveReports(queries, 'cancelled', (reports) =>
          reports
            .set({ finishedAt: now })
            .where('id', '=', id)
            .where('project', '=', project)
            .where('state', '=', 'queued'),
        );
        if (cancelled.length > 0) return true;
        const requested = await queries
          .updateTable('reports')
          .set({ cancelling: 1 })
          .where('id', '=', id)
          .where('project', '=', project)
          .where('state', '=', 'running')
          .executeTakeFirst();
        return requested.numUpdatedRows > 0n;
      }),

    async remove(id) {
      const removed = await database
        .deleteFrom('reports')
        .where('id', '=', id)
        .where('project', '=', project)
        .where('state', 'in', FINAL_REPORT_STATES)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },
  };
}
