import { sql } from 'kysely';
import type { Queries } from '../../store/database/database.ts';

/** Ensembles that an answer lists. */
const MAX_ENSEMBLES = 200;

/** The job that trained a model, with its sweep if it is a trial. */
export function findJob(queries: Queries, id: string) {
  return queries
    .selectFrom('jobs')
    .leftJoin('sweeps', 'sweeps.id', 'jobs.sweepId')
    .select(['jobs.id', 'jobs.name', 'jobs.state', 'jobs.createdAt', 'jobs.trial'])
    .select(['sweeps.id as sweepId', 'sweeps.name as sweepName'])
    .where('jobs.id', '=', id)
    .executeTakeFirst();
}

export function findDataset(queries: Queries, id: string) {
  return queries
    .selectFrom('datasets')
    .select(['id', 'name', 'sha256', 'rows', 'createdAt'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function findAliases(queries: Queries, modelId: string): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('aliases')
    .select('name')
    .where('modelId', '=', modelId)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}

/** Those of the models that exist, with their names. */
export function findNames(queries: Queries, project: string, ids: readonly string[]) {
  return queries
    .selectFrom('models')
    .select(['id', 'name'])
    .where('project', '=', project)
    .where('id', 'in', ids)
    .execute();
}

/**
 * The newest ensembles of the project that have a copy of the model. The summary of an ensemble has
 * the ids of its members, and no other text that contains an id.
 */
export function findEnsemblesOf(queries: Queries, project: string, modelId: string) {
  return queries
    .selectFrom('models')
    .select(['id', 'name'])
    .where('project', '=', project)
    .where(sql<boolean>`instr(summary, ${modelId}) > 0`)
    .orderBy('id', 'desc')
    .limit(MAX_ENSEMBLES)
    .execute();
}
