import { createHash } from 'node:crypto';
import type { Parameter } from '../../engine/memory/parameters.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { newId } from '../../kit/ids.ts';
import type { Queries } from '../../store/database/database.ts';
import { fromJson, toJson } from '../../store/database/json.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { TrainedJob } from '../../worker/run/endJob.ts';
import { writeDescription } from './description.ts';
import { toFloat32Bytes } from './float32.ts';
import { findDatasetColumns, findStorageQuota, insertModel, type StoredParameter } from './modelStore.ts';
import { parameterCountOf } from './parameterCount.ts';
import { insertSplit } from './splitStore.ts';
import { writeSummary } from './summary.ts';

/**
 * Writes the model of a job that has succeeded, within the caller's transaction, and returns its
 * id. `now` becomes its time of creation. Throws ServiceError `stored_bytes_quota` if the project
 * may not store that much; the caller must then roll back.
 */
export async function saveModel(queries: Queries, job: TrainedJob, outcome: Outcome, now: number): Promise<string> {
  const { id: jobId, project, name, datasetId, spec } = job;
  const { features, target: fittedTarget, embedding, layers, loss, metrics, best, split, warnings } = outcome;
  const parameters = outcome.parameters.toSorted(byLayerAndName).map(toRow);
  const dataset = await columnsOf(queries, datasetId);
  const stored = { version: 1, ...dataset, features, fittedTarget, embedding, layers, loss, metrics, best, warnings };
  const model = {
    id: newId('mdl', now),
    project,
    name,
    jobId,
    datasetId,
    task: spec.task,
    target: spec.target,
    description: writeDescription({ ...stored, hyperparameters: spec }),
    sha256: hashOf(parameters),
    createdAt: now,
    summary: writeSummary({ members: null, parameterCount: parameterCountOf(outcome), metrics, best }),
    splitId: split.id,
  };
  await insertSplit(queries, split);
  await insertModel(queries, model, parameters);
  await assertQuota(queries, project, parameters);
  return model.id;
}

/** Counts the model too. It is written first, so that of two at once one exceeds the limit. */
async function assertQuota(queries: Queries, project: string, parameters: readonly StoredParameter[]): Promise<void> {
  const quotaBytes = await findStorageQuota(queries, project);
  if (quotaBytes === null) return;
  const bytes = parameters.reduce((sum, parameter) => sum + parameter.bytes.length, 0);
  const over = (await storedBytes(queries, project)) - quotaBytes;
  if (over <= 0) return;
  const detail = `Storage quota reached: the model has ${bytes} bytes, ${over} too many for the project's limit of ${quotaBytes}.`;
  throw new ServiceError('stored_bytes_quota', detail);
}

/** The names of the dataset's columns, and how each was parsed. */
async function columnsOf(queries: Queries, datasetId: string | null) {
  const row = datasetId === null ? undefined : await findDatasetColumns(queries, datasetId);
  // Both lists are written together, one item a column.
  const columns: readonly { readonly name: string }[] = fromJson(row?.columns ?? '[]');
  const readAs: readonly ParseOptions[] = fromJson(row?.readAs ?? '[]');
  return {
    columns: columns.map(({ name }) => name),
    readAs: columns.map(({ name }, index) => [name, readAs[index] ?? {}]),
  };
}

function toRow({ layer, name, shape, values }: Parameter): StoredParameter {
  return { layer, name, shape: toJson(shape), bytes: toFloat32Bytes(values) };
}

function byLayerAndName(a: Parameter, b: Parameter): number {
  return a.layer - b.layer || (a.name < b.name ? -1 : 1);
}

function hashOf(parameters: readonly StoredParameter[]): string {
  const hash = createHash('sha256');
  for (const { layer, name, shape, bytes } of parameters) hash.update(`${layer} ${name} ${shape}\n`).update(bytes);
  return hash.digest('hex');
}
