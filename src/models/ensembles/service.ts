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
import type { EnsembleMetrics, EvaluateEnsemble } from '../evaluate/service.ts';
import { writeEnsemble } from '../stored/ensembleDescription.ts';
import { modelNotFound } from '../stored/modelNotFound.ts';
import { insertModel } from '../stored/modelStore.ts';
import { parameterCountOf } from '../stored/parameterCount.ts';
import { sharedColumns } from '../stored/predictor/sharedColumns.ts';
import { writeSummary } from '../stored/summary.ts';
import { type Candidate, checkIds, checkMembers } from './check.ts';
import { copyMember, findCandidates, parameterBytes } from './store.ts';

export interface SaveEnsembleDeps {
  readonly database: Database;
  readonly evaluate: EvaluateEnsemble;
  readonly clock: Clock;
}

export interface NewEnsemble {
  /** The id that it shall have; a new one when left out. */
  readonly id?: string | undefined;
  readonly tenant: Tenant;
  readonly name: string;
  /** Ids of models of the tenant, 2 to 64, in the order of the members. */
  readonly members: readonly string[];
}

/**
 * Writes a model that answers with the mean of its members' answers, and returns its id. It is measured first, which may take a while. It has
 * copies of its members, so that it stays as it is when they are deleted. Throws ServiceError `model_not_found`, `invalid_ensemble` for models
 * that have no answers to average or that were trained on different rows, and `stored_bytes_quota` where the copies are more than the project may store.
 */
export async function saveEnsemble(
  { database, evaluate, clock }: SaveEnsembleDeps,
  { id, tenant, name, members }: NewEnsemble,
): Promise<string> {
  checkIds(members);
  const candidates = checkMembers(members, await findCandidates(database, tenant.project, members));
  await assertQuota(database, tenant, members);
  const evaluated = await evaluate(candidates);
  const now = clock();
  const model = {
    ...describeEnsemble({ tenant, candidates, evaluated }),
    id: id ?? newId('mdl', now),
    name,
  };
  await database.transaction().execute(async (transaction) => {
    await assertQuota(transaction, tenant, members);
    await write(transaction, { ...model, createdAt: now }, members);
  });
  return model.id;
}

async function assertQuota(queries: Queries, { project, quotas }: Tenant, members: readonly string[]): Promise<void> {
  const quotaBytes = quotas.storedBytes;
  if (quotaBytes === null) return;
  const needed = await parameterBytes(queries, members);
  if ((await storedBytes(queries, project)) + needed > quotaBytes) throw quotaExceeded(quotaBytes);
}

interface Described {
  readonly tenant: Tenant;
  readonly candidates: readonly Candidate[];
  readonly evaluated: EnsembleMetrics;
}

function describeEnsemble({ tenant: { project }, candidates, evaluated }: Described) {
  const rows = candidates.map(({ row }) => row);
  const descriptions = candidates.map(({ description }) => description);
  const members = rows.map(({ id }) => id);
  const [{ task, target }] = rows;
  const [{ fittedTarget, columns }] = descriptions;
  const fitted = sharedColumns(descriptions.map(({ features }) => features));
  const parameterCount = descriptions.reduce((sum, member) => sum + parameterCountOf(member), 0);
  const description = writeEnsemble({
    version: 1,
    kind: 'ensemble',
    members,
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    inputs: describeInputs({ version: 1, columns: [...fitted] }, columns),
    parameterCount,
    metrics: evaluated.metrics,
    warnings: distinct([...descriptions.flatMap(({ warnings }) => warnings), ...evaluated.warnings]),
  });
  const summary = writeSummary({ members, parameterCount, metrics: evaluated.metrics, best: null });
  return { project, jobId: null, task, target, description, sha256: hashOf(rows), summary };
}

async function write(
  queries: Queries,
  model: Omit<ModelRow, 'datasetId' | 'splitId'>,
  members: readonly string[],
): Promise<void> {
  // As it is now: the dataset may have been deleted since. All members have the same split.
  const { datasetId, splitId } = (await queries
    .selectFrom('models')
    .select(['datasetId', 'splitId'])
    .where('id', '=', members[0])
    .executeTakeFirst()) ?? { datasetId: null, splitId: null };
  await insertModel(queries, { ...model, datasetId, splitId }, []);
  for (const [index, id] of members.entries()) {
    if (!(await copyMember(queries, model.id, index + 1, id))) throw modelNotFound(id);
  }
}

/** Members warn of the same columns, mostly. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}

function hashOf(rows: readonly ModelRow[]): string {
  const hash = createHash('sha256');
  for (const { sha256 } of rows) hash.update(`${sha256}\n`);
  return hash.digest('hex');
}
