import { ServiceError } from '../../kit/contract/errors.ts';
import type { Database } from '../../store/database/database.ts';
import { fromJson } from '../../store/database/json.ts';
import type { DatasetRow } from '../../store/database/tables.ts';

/** A dataset whose rows can be measured. */
export interface EvaluatedDataset extends Pick<DatasetRow, 'id' | 'file'> {
  /** The names of its columns. */
  readonly columns: readonly string[];
}

/** Throws `dataset_not_found`, and `dataset_not_ready` while its file is parsed. */
export async function findEvaluatedDataset(database: Database, project: string, id: string): Promise<EvaluatedDataset> {
  const row = await database
    .selectFrom('datasets')
    .select(['id', 'file', 'state', 'columns'])
    .where('id', '=', id)
    .where('project', '=', project)
    .executeTakeFirst();
  if (row === undefined) throw new ServiceError('dataset_not_found', `There is no dataset '${id}'.`);
  if (row.state !== 'ready') {
    throw new ServiceError('dataset_not_ready', `The dataset '${id}' is ${row.state}. Use one that is ready.`);
  }
  const columns = fromJson<readonly { readonly name: string }[]>(row.columns);
  return { id, file: row.file, columns: columns.map(({ name }) => name) };
}
