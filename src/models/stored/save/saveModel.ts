import type { EnsembleHyperparameters } from '../../../jobs/submission/requestSchema.ts';
import { newId } from '../../../kit/ids.ts';
import type { Queries } from '../../../store/database/database.ts';
import type { Outcome } from '../../../training/outcome.ts';
import type { AnyOutcome, TrainedJob } from '../../../worker/run/endJob.ts';
import { writeDescription } from '../description.ts';
import { modelSizeOf } from '../modelSize.ts';
import { insertModel } from '../modelStore.ts';
import { insertSplit } from '../splitStore.ts';
import { writeSummary } from '../summary.ts';
import { assertModelQuota, datasetColumns, hashOf, toRows } from './newModel.ts';
import { saveEnsemble } from './saveEnsemble.ts';

/**
 * Writes the model of a job that has succeeded, within the caller's transaction, and returns its
 * id. `now` becomes its time of creation. Throws ServiceError `stored_bytes_quota` if the project
 * may not store that much; the caller must then roll back.
 */
export async function saveModel(queries: Queries, job: TrainedJob, outcome: AnyOutcome, now: number): Promise<string> {
  if (!('networks' in outcome)) return saveNetwork(queries, job, outcome, now);
  // The outcome of an ensemble is that of a job for one.
  return saveEnsemble(queries, job as TrainedJob<EnsembleHyperparameters>, outcome, now);
}

async function saveNetwork(queries: Queries, job: TrainedJob, outcome: Outcome, now: number): Promise<string> {
  const { id: jobId, project, name, datasetId, spec } = job;
  const { features, target: fittedTarget, embedding, layers, loss, metrics, best, split, warnings } = outcome;
  const parameters = toRows(outcome.parameters);
  const dataset = await datasetColumns(queries, datasetId);
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
    summary: writeSummary({ members: null, snapshots: null, ...modelSizeOf([outcome]), metrics, best }),
    splitId: split.id,
  };
  await insertSplit(queries, split);
  await insertModel(queries, model, parameters);
  await assertModelQuota(queries, project, parameters);
  return model.id;
}
