import type { Clock } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ERROR_CODES, type ErrorCode, ServiceError } from '../../kit/contract/errors.ts';
import { idCursor, toPage } from '../../kit/contract/pages.ts';
import { decodeCursor, type Page } from '../../kit/contract/wire.ts';
import { newId } from '../../kit/ids.ts';
import { packageVersion } from '../../kit/node.ts';
import { type EventBus, type Notification, type WaitOptions, waitUntil } from '../../notifications/bus.ts';
import type { Database } from '../../store/database/database.ts';
import { toJson } from '../../store/database/json.ts';
import type { DatasetRow, ModelRow, ReportRow } from '../../store/database/tables.ts';
import { keyOf } from './kind.ts';
import type { Report, ReportKindName, ReportSummary, ReportsQuery } from './schemas.ts';
import { createReportStore } from './store.ts';
import { FINAL_REPORT_STATES } from './transitions.ts';
import { toReport, toReportSummary } from './view.ts';

export interface ReportsDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** The work of a report, with every default filled in. */
interface NewReport {
  readonly kind: ReportKindName;
  readonly request: object;
  readonly models: readonly Pick<ModelRow, 'id' | 'sha256'>[];
  readonly dataset: Pick<DatasetRow, 'id' | 'file'>;
}

/** The reports of a tenant. Throws `report_not_found` for an unknown id. */
export interface Reports {
  /**
   * The report of this work: an earlier one unless that failed or was cancelled, or a new one with
   * the given id if any. Throws the error of a report that fails while it waits, if its request
   * caused it.
   */
  submit(report: NewReport, waiting: WaitOptions, id?: string): Promise<Report>;
  list(query: ReportsQuery): Promise<Page<ReportSummary>>;
  get(id: string, waiting?: WaitOptions): Promise<Report>;
  /** No effect on a cancelled report. Throws `report_wrong_state` if it has ended otherwise. */
  cancel(id: string): Promise<Report>;
  /** Throws `report_wrong_state` if it has not ended. */
  remove(id: string): Promise<void>;
}

export function createReports({ database, bus, clock }: ReportsDeps, { project }: Tenant): Reports {
  const store = createReportStore(database, project);

  const find = async (id: string): Promise<ReportRow> => {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('report_not_found', `There is no report '${id}'.`);
    return row;
  };
  const view = async (row: ReportRow) => toReport(row, (await store.modelsOf([row.id])).get(row.id) ?? [], clock());
  const isOver = async (id: string) => {
    const state = await store.state(id);
    return state === undefined || FINAL_REPORT_STATES.includes(state);
  };
  const get = async (id: string, waiting?: WaitOptions) => {
    const isThis = (item: Notification) => item.kind === 'report' && item.reportId === id;
    if (waiting) await waitUntil(bus, isThis, () => isOver(id), waiting);
    return view(await find(id));
  };

  return {
    get,

    async submit({ kind, request, models, dataset }, waiting, given) {
      const now = clock();
      const key = keyOf([
        ...[kind, request, models.map(({ id, sha256 }) => [id, sha256])],
        ...[dataset.id, dataset.file, packageVersion()],
      ]);
      const row = { id: given ?? newId('rpt', now), kind, key, request: toJson(request), datasetId: dataset.id };
      const modelIds = models.map((model) => model.id);
      const id = await store.insert({ ...row, createdAt: now }, modelIds);
      if (id === row.id) bus.publish({ kind: 'reportQueued' });
      const report = await get(id, waiting);
      if (report.error !== null && isErrorCode(report.error.code)) {
        throw new ServiceError(report.error.code, report.error.message);
      }
      return report;
    },

    async list({ after, ...filter }) {
      const before = after === undefined ? undefined : decodeCursor(after);
      const slice = await store.list({ ...filter, before });
      const models = await store.modelsOf(slice.rows.map(({ id }) => id));
      return toPage(slice, (row) => toReportSummary(row, models.get(row.id) ?? [], clock()), idCursor);
    },

    async cancel(id) {
      if (!(await store.cancel(id, clock()))) {
        const { state } = await find(id);
        if (state !== 'cancelled') throw wrongState(`The report has ${state}: it cannot be cancelled.`);
      }
      bus.publish({ kind: 'reportCancelled', reportId: id });
      return view(await find(id));
    },

    async remove(id) {
      if (await store.remove(id)) return;
      const { state } = await find(id);
      throw wrongState(`The report is ${state}: it cannot be deleted. Cancel it first.`);
    },
  };
}

function wrongState(detail: string): ServiceError {
  return new ServiceError('report_wrong_state', detail);
}

/** Whether the request caused the error. */
function isErrorCode(code: string): code is ErrorCode {
  return code !== 'internal_error' && ERROR_CODES.some((known) => known === code);
}
