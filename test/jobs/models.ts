import { newId } from '../../src/kit/ids.ts';
import type { SaveModel } from '../../src/worker/run/endJob.ts';

/** Inserts the row of a model that has only the metrics of the outcome. */
export const saveModel: SaveModel = async (
  queries,
  { id: jobId, project, name, datasetId, spec },
  outcome,
  createdAt,
) => {
  const id = newId('mdl');
  const model = { id, project, name, jobId, datasetId, task: spec.task, target: spec.target };
  const description = JSON.stringify({ metrics: outcome.metrics });
  await queries
    .insertInto('models')
    .values({ ...model, description, sha256: '', createdAt })
    .execute();
  return id;
};
