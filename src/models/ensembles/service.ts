import { createHash } from 'node:crypto';
import { quotaExceeded } from '../../datasets/stored/quota.ts';
import { describeInputs } from '../../features/describe.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { newId } from '../../kit/ids.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import type { EvaluatedModel, EvaluateModel } from '../evaluate/service.ts';
import { writeEnsemble } from '../stored/ensembleDescription.ts';
import { modelSizeOf } from '../stored/modelSize.ts';
import { insertModel, modelNotFound } from '../stored/modelStore.ts';
import { sharedColumns } from '../stored/predictor/sharedColumns.ts';
import { combineModels } from '../stored/storedNetworks.ts';
import { writeSummary } from '../stored/summary.ts';
import { type Candidate, checkIds, checkMembers } from './check.ts';
import { copyMember, findCandidates, findTrainingRows, parameterBytes } from './store.ts';

export interface EnsemblesDeps {
  readonly database: Database;
  readonly evaluate: EvaluateModel;
  readonly clock: Clock;
}

export interface NewEnsemble {
  /** Left out: a new id. */
  readonly id?: string | undefined;
  readonly name: string;
  /** Ids of models of the tenant, 2 to 64, in the order of the members. */
  readonly members: readonly string[];
}

export interface Ensembles {
  /**
   * Writes a model that averages the predictions of its members, and returns its id. It is measured
   * first, which may be slow. It stores copies of its members, so that deleting them does not
   * change it. Throws `model_not_found`, `invalid_ensemble` for models that cannot be averaged or
   * were trained on different rows, and `stored_bytes_quota` if the project may not store the
   * copies.
   */
  create(ensemble: NewEnsemble): Promise<string>;
}

export function createEnsembles({ database, evaluate, clock }: EnsemblesDeps, tenant: Tenant): Ensembles {
  return {
    async create({ id, name, members }) {
      checkIds(members);
      const candidates = checkMembers(members, await findCandidates(database, tenant.project, members));
      await assertQuota(database, tenant, members);
      const evaluated = await evaluate(combineModels(database, candidates));
      const now = clock();
      const described = describeEnsemble(candidates, evaluated);
      const model = { ...described, id: id ?? newId('mdl', now), project: tenant.project, name, createdAt: now };
      await database.transaction().execute(async (transaction) => {
        await assertQuota(transaction, tenant, members);
        await insertEnsemble(transaction, model, members);
      });
      return model.id;
    },
  };
}

async function assertQuota(queries: Queries, { project, quotas }: Tenant, members: readonly string[]): Promise<void> {
  const quotaBytes = quotas.storedBytes;
  if (quotaBytes === null) return;
  const needed = await parameterBytes(queries, members);
  if ((await storedBytes(queries, project)) + needed > quotaBytes) throw quotaExceeded(quotaBytes);
}

function describeEnsemble(candidates: readonly Candidate[], evaluated: EvaluatedModel) {
  const rows = candidates.map(({ row }) => row);
  const descriptions = candidates.map(({ description }) => description);
  const members = rows.map(({ id }) => id);
  const [{ task, target }] = rows;
  const [{ fittedTarget, columns }] = descriptions;
  const fitted = sharedColumns(descriptions.map(({ features }) => features));
  const size = modelSizeOf(descriptions);
  const description = writeEnsemble({
    version: 1,
    kind: 'ensemble',
    members,
    snapshots: null,
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    inputs: describeInputs({ version: 1, columns: [...fitted] }, columns),
    ...size,
    metrics: evaluated.metrics,
    warnings: distinct([...descriptions.flatMap(({ warnings }) => warnings), ...evaluated.warnings]),
  });
  const summary = writeSummary({ members, snapshots: null, ...size, metrics: evaluated.metrics, best: null });
  return { jobId: null, task, target, description, sha256: hashOf(rows), summary };
}

async function insertEnsemble(
  queries: Queries,
  model: Omit<ModelRow, 'datasetId' | 'splitId' | 'notes'>,
  members: readonly string[],
): Promise<void> {
  // The dataset may have been deleted since. All members have the same dataset and split.
  const trainingRows = await findTrainingRows(queries, members[0]);
  await insertModel(queries, { ...model, ...trainingRows }, []);
  for (const [index, id] of members.entries()) {
    if (!(await copyMember(queries, model.id, index + 1, id))) throw modelNotFound(id);
  }
}

/** Most members warn of the same columns. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}

function hashOf(rows: readonly ModelRow[]): string {
  const hash = createHash('sha256');
  for (const { sha256 } of rows) hash.update(`${sha256}\n`);
  return hash.digest('hex');
}
