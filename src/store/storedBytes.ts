import { sql } from 'kysely';
import type { Queries } from './database/database.ts';

/**
 * The bytes that a project stores: its uploads, the parameters of its models and of their copies in
 * ensembles, and the stored outputs of its models. Equal uploads count once each, though they share
 * a file.
 */
export async function storedBytes(queries: Queries, project: string): Promise<number> {
  const uploads = queries
    .selectFrom('datasets')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('bytes'), sql.lit(0)).as('bytes'))
    .where('project', '=', project);
  const parameters = queries
    .selectFrom('parameters')
    .innerJoin('models', 'models.id', 'parameters.modelId')
    .select(sql<number>`coalesce(sum(length(parameters.bytes)), 0)`.as('bytes'))
    .where('models.project', '=', project);
  const copies = queries
    .selectFrom('ensembleParameters')
    .innerJoin('models', 'models.id', 'ensembleParameters.ensembleId')
    .select(sql<number>`coalesce(sum(length(ensemble_parameters.bytes)), 0)`.as('bytes'))
    .where('models.project', '=', project);
  const outputs = queries
    .selectFrom('outputs')
    .innerJoin('models', 'models.id', 'outputs.modelId')
    .select(sql<number>`coalesce(sum(length(outputs.bytes)), 0)`.as('bytes'))
    .where('models.project', '=', project);
  const [{ bytes: uploaded }, { bytes: learned }, { bytes: copied }, { bytes: computed }] = await Promise.all([
    uploads.executeTakeFirstOrThrow(),
    parameters.executeTakeFirstOrThrow(),
    copies.executeTakeFirstOrThrow(),
    outputs.executeTakeFirstOrThrow(),
  ]);
  return uploaded + learned + copied + computed;
}
