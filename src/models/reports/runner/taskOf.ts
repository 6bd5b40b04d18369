import { ServiceError } from '../../../kit/contract/errors.ts';
import { packageVersion } from '../../../kit/node.ts';
import type { Database } from '../../../store/database/database.ts';
import { fromJson } from '../../../store/database/json.ts';
import type { ModelRow, ReportRow } from '../../../store/database/tables.ts';
import type { OutputsRequest } from '../../outputs/rowOutputs.ts';
import { readAnyDescription } from '../../stored/description.ts';
import { findModel, modelNotFound } from '../../stored/modelStore.ts';
import { findSplit } from '../../stored/splitStore.ts';
import { openModel, type StoredNetwork } from '../../stored/storedNetworks.ts';
import { keyOf, type ReportKind } from '../kind.ts';
import type { NeededOutputs, ReportTask, TaskModel } from '../messages.ts';
import { createReportStore } from '../store.ts';
import type { OutputsStore } from './outputsStore.ts';

export interface TaskDeps {
  readonly database: Database;
  readonly outputs: OutputsStore;
  readonly kinds: readonly ReportKind[];
  /** The Parquet file of a dataset; undefined if it is missing. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
}

/**
 * The task of a claimed report, with everything that its thread needs. Throws `model_not_found` and
 * `dataset_deleted`.
 */
export async function taskOf(deps: TaskDeps, report: ReportRow, control: SharedArrayBuffer): Promise<ReportTask> {
  const { database, kinds, findFile } = deps;
  const { datasetId, project, kind: name } = report;
  const kind = kinds.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`There is no kind of report '${name}'.`);
  const file = datasetId === null ? undefined : await findFile(datasetId);
  if (file === undefined) throw datasetDeleted();
  const request = fromJson(report.request);
  const ids = (await createReportStore(database, project).modelsOf([report.id])).get(report.id) ?? [];
  const models: TaskModel[] = [];
  for (const id of ids) models.push(await modelOf(deps, id, { file, datasetId, needs: kind.needs(request) }));
  return { kind: name, request, models, file, control };
}

interface Rows {
  readonly file: string;
  readonly datasetId: string | null;
  readonly needs: readonly OutputsRequest[];
}

async function modelOf(deps: TaskDeps, id: string, { file, datasetId, needs }: Rows): Promise<TaskModel> {
  const { database, findFile } = deps;
  const row = await findModel(database, id);
  if (row === undefined) throw modelNotFound(id);
  const outputs: NeededOutputs[] = [];
  for (const request of needs) {
    const key = keyOf([row.id, row.sha256, datasetId, file, request, packageVersion()]);
    outputs.push({ request, key, stored: (await deps.outputs.find(key)) ?? null });
  }
  const trainingFile = row.datasetId === null ? undefined : await findFile(row.datasetId);
  return {
    ...{ id, name: row.name, isOwnDataset: row.datasetId === datasetId, outputs },
    networks: outputs.some(({ stored }) => stored === null) ? await networksOf(database, row) : [],
    split: row.splitId === null ? null : ((await findSplit(database, row.splitId)) ?? null),
    trainingFile: trainingFile ?? null,
  };
}

async function networksOf(database: Database, row: ModelRow): Promise<readonly StoredNetwork[]> {
  const networks: StoredNetwork[] = [];
  const model = openModel(database, row, readAnyDescription(row.description));
  for await (const network of model.networks()) networks.push(network);
  return networks;
}

/** The error for rows that are gone. */
function datasetDeleted(): ServiceError {
  return new ServiceError(
    'dataset_deleted',
    'The dataset was deleted before the report ran, or its file is lost. Upload the file again and name the new dataset.',
  );
}
