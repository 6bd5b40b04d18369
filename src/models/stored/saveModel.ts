import { createHash } from 'node:crypto';
import type { Parameter } from '../../engine/memory/parameters.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { newId } from '../../kit/ids.ts';
import type { Queries } from '../../store/database/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { TrainedJob } from '../../worker/run/endJob.ts';
import { writeDescription } from './description.ts';
import { toFloat32Bytes } from './float32.ts';
import { insertModel, type StoredParameter } from './modelStore.ts';
import { parameterCountOf } from './parameterCount.ts';
import { insertSplit } from './splitStore.ts';
import { writeSummary } from './summary.ts';

/**
 * Writes the model of a job that has succeeded, within the caller's transaction, and returns its id; `now` is when it is made. Throws ServiceError
 * `stored_bytes_quota` where it is more than the project may store: the transaction must not come through then.
 */
export async function saveModel(queries: Queries, job: TrainedJob, outcome: Outcome, now: number): Promise<string> {
  const { id: jobId, project, name, datasetId, spec } = job;
  const { features, target: fittedTarget, layers, loss, metrics, best, split, warnings } = outcome;
  const parameters = outcome.parameters.toSorted(byLayerAndName).map(toRow);
  const dataset = await columnsOf(queries, datasetId);
  const stored = { version: 1, ...dataset, features, fittedTarget, layers, loss, metrics, best, warnings };
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

/** The model itself is counted: it is written already, so that of two at once one is too many. */
async function assertQuota(queries: Queries, project: string, parameters: readonly StoredParameter[]): Promise<void> {
  const row = await queries.selectFrom('projects').select('storedBytes').where('name', '=', project).executeTakeFirst();
  const quotaBytes = row?.storedBytes ?? null;
  if (quotaBytes === null) return;
  const bytes = parameters.reduce((sum, parameter) => sum + parameter.bytes.length, 0);
  const over = (await storedBytes(queries, project)) - quotaBytes;
  if (over <= 0) return;
  const detail = `The model takes ${bytes} bytes, ${over} more than are left of the ${quotaBytes} that the project may store.`;
  throw new ServiceError('stored_bytes_quota', detail);
}

/** The names of the dataset's columns, and how they were written. */
async function columnsOf(queries: Queries, datasetId: string | null) {
  if (datasetId === null) return { columns: [] };
  const row = await queries
    .selectFrom('datasets')
    .select(['columns', 'readAs'])
    .where('id', '=', datasetId)
    .executeTakeFirst();
  // Both lists are written together, one item a column.
  const columns: readonly { readonly name: string }[] = JSON.parse(row?.columns ?? '[]');
  const readAs: readonly ParseOptions[] = JSON.parse(row?.readAs ?? '[]');
  return {
    columns: columns.map(({ name }) => name),
    readAs: columns.map(({ name }, index) => [name, readAs[index] ?? {}]),
  };
}

function toRow({ layer, name, shape, values }: Parameter): StoredParameter {
  return { layer, name, shape: JSON.stringify(shape), bytes: toFloat32Bytes(values) };
}

function byLayerAndName(a: Parameter, b: Parameter): number {
  return a.layer - b.layer || (a.name < b.name ? -1 : 1);
}

function hashOf(parameters: readonly StoredParameter[]): string {
  const hash = createHash('sha256');
  for (const { layer, name, shape, bytes } of parameters) hash.update(`${layer} ${name} ${shape}\n`).update(bytes);
  return hash.digest('hex');
}
