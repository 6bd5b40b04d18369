import type { FindDataset } from '../../jobs/submission/check.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { createSemaphore } from '../../kit/limits/semaphore.ts';
import type { Logger } from '../../kit/log.ts';
import type { Warning } from '../../kit/warning.ts';
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Outcome } from '../../training/outcome.ts';
import { pinColumns } from '../../worker/thread/columns.ts';
import type { StoredModel } from '../stored/storedNetworks.ts';
import { startEvaluationClient } from './evaluationClient.ts';
import type { TableRequest } from './messages.ts';

export interface EvaluateModelDeps {
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined if it is missing. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  readonly kernels: KernelsChoice;
  readonly log?: Logger | undefined;
}

/**
 * The metrics of a model. If it could not be measured, all parts are null and a warning gives the
 * reason.
 */
export interface EvaluatedModel {
  readonly metrics: Outcome['metrics'];
  readonly warnings: readonly Warning[];
}

/**
 * Measures a model, single or an ensemble, on the rows of its dataset, split as for its training.
 * Throws `model_not_found` if it is deleted meanwhile.
 */
export type EvaluateModel = (model: StoredModel) => Promise<EvaluatedModel>;

/** Measures one model at a time, because each needs a core and the memory of a table. */
export function createEvaluateModel(deps: EvaluateModelDeps): EvaluateModel {
  const semaphore = createSemaphore(1);
  return (model) => semaphore.run(() => evaluateModel(deps, model));
}

async function evaluateModel(deps: EvaluateModelDeps, model: StoredModel): Promise<EvaluatedModel> {
  const table = await findTable(deps, model);
  if (table === undefined) return notMeasured('its dataset is deleted');
  try {
    return { metrics: await evaluateOn(table, model), warnings: [] };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    deps.log?.error({ err: error }, 'measuring a model failed');
    return notMeasured('measuring failed; the log of the service has the error');
  }
}

/** The rows that the model was trained on; undefined if the dataset is deleted. */
async function findTable(
  { findDataset, findFile, kernels }: EvaluateModelDeps,
  { datasetId, descriptions }: StoredModel,
): Promise<TableRequest | undefined> {
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  if (dataset === undefined || file === undefined) return undefined;
  const pinned = [];
  for await (const { hyperparameters } of descriptions()) pinned.push(pinColumns(hyperparameters, dataset.columns));
  const [{ spec }] = pinned;
  const columns = [...new Set(pinned.flatMap((network) => network.columns))];
  return { kind: 'table', kernels, file, columns, spec };
}

async function evaluateOn(table: TableRequest, model: StoredModel): Promise<Outcome['metrics']> {
  const client = startEvaluationClient();
  try {
    await client.send(table);
    for await (const network of model.networks()) await client.send({ kind: 'network', network });
    return await client.evaluate();
  } finally {
    client.close();
  }
}

function notMeasured(why: string): EvaluatedModel {
  const message = `There are no metrics: ${why}.`;
  return { metrics: { training: null, validation: null, test: null }, warnings: [{ code: 'not_measured', message }] };
}
