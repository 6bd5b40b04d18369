import type { FindDataset } from '../../jobs/submission/check.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Logger } from '../../kit/log.ts';
import { createSemaphore } from '../../kit/semaphore.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Database } from '../../store/database/database.ts';
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Outcome } from '../../training/outcome.ts';
import { pinColumns } from '../../worker/thread/columns.ts';
import type { Candidate } from '../ensembles/check.ts';
import { readParameters } from '../stored/storedNetworks.ts';
import { startEvaluationClient } from './evaluationClient.ts';
import type { TableRequest } from './messages.ts';

export interface EvaluateEnsembleDeps {
  readonly database: Database;
  readonly findDataset: FindDataset;
  /** The Parquet file of a dataset; undefined: it is gone. */
  readonly findFile: (datasetId: string) => Promise<string | undefined>;
  readonly kernels: KernelsChoice;
  readonly log?: Logger | undefined;
}

/** How good an ensemble is; where that cannot be said no part has metrics, and a warning says why. */
export interface EnsembleMetrics {
  readonly metrics: Outcome['metrics'];
  readonly warnings: readonly Warning[];
}

/**
 * Measures the ensemble of these models on the rows of their dataset, parted as for their trainings. Throws `model_not_found` when one is deleted
 * meanwhile.
 */
export type EvaluateEnsemble = (members: readonly Candidate[]) => Promise<EnsembleMetrics>;

/** One ensemble is measured at a time: each takes a core, and the memory of a table. */
export function createEvaluateEnsemble(deps: EvaluateEnsembleDeps): EvaluateEnsemble {
  const gate = createSemaphore(1);
  return (members) => gate.run(() => evaluateEnsemble(deps, members));
}

async function evaluateEnsemble(deps: EvaluateEnsembleDeps, members: readonly Candidate[]): Promise<EnsembleMetrics> {
  const table = await findTable(deps, members);
  if (table === undefined) return notEvaluated('its dataset is deleted');
  try {
    return { metrics: await evaluateOn(table, deps.database, members), warnings: [] };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    deps.log?.error({ err: error }, 'measuring an ensemble failed');
    return notEvaluated('measuring failed; the log of the service says why');
  }
}

/** The rows that the members were made from; undefined when the dataset is gone. */
async function findTable(
  { findDataset, findFile, kernels }: EvaluateEnsembleDeps,
  members: readonly Candidate[],
): Promise<TableRequest | undefined> {
  const [{ datasetId }] = members.map(({ row }) => row);
  if (datasetId === null) return undefined;
  const [dataset, file] = [await findDataset(datasetId), await findFile(datasetId)];
  if (dataset === undefined || file === undefined) return undefined;
  const pinned = members.map(({ hyperparameters }) => pinColumns(hyperparameters, dataset.columns));
  const [{ spec }] = pinned;
  const columns = [...new Set(pinned.flatMap((member) => member.columns))];
  return { kind: 'table', kernels, file, columns, spec };
}

async function evaluateOn(table: TableRequest, database: Database, members: readonly Candidate[]) {
  const client = startEvaluationClient();
  try {
    await client.send(table);
    for (const { row, description } of members) {
      const parameters = await readParameters(database, row.id);
      await client.send({ kind: 'member', member: { description, parameters } });
    }
    return await client.evaluate();
  } finally {
    client.close();
  }
}

function notEvaluated(why: string): EnsembleMetrics {
  const message = `There are no metrics: ${why}.`;
  return { metrics: { training: null, validation: null, test: null }, warnings: [{ code: 'not_measured', message }] };
}
