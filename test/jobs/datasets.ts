import type { FindDataset } from '../../src/jobs/submission/check.ts';
import { newId } from '../../src/kit/ids.ts';
import type { Database } from '../../src/store/database/database.ts';
import { TENANT } from '../support/access.ts';

const ROWS = 150;

/** The profile of Iris: two measurements and the species. */
const COLUMNS = [
  { name: 'petal length', type: 'numeric', missing: 0, distinct: 43, min: 1, max: 6.9 },
  { name: 'petal width', type: 'numeric', missing: 0, distinct: 22, min: 0.1, max: 2.5 },
  { name: 'species', type: 'categorical', missing: 0, distinct: 3 },
];

/** Inserts the row of a dataset and returns its id. It creates no file. */
export async function insertDataset(
  database: Database,
  { state = 'ready' as 'ready' | 'processing', rows = ROWS, file = 'iris.parquet' } = {},
): Promise<string> {
  const id = newId('ds');
  await database
    .insertInto('datasets')
    .values({
      id,
      project: TENANT.project,
      name: 'iris',
      state,
      rows,
      bytes: 1000,
      sha256: 'a'.repeat(64),
      file,
      columns: JSON.stringify(COLUMNS),
      warnings: '[]',
      createdAt: Date.now(),
    })
    .execute();
  return id;
}

export function findDataset(database: Database): FindDataset {
  return async (id) => {
    const row = await database.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst();
    return (
      row && {
        ...row,
        columns: JSON.parse(row.columns),
        textsOf: async () => undefined,
        readsAny: async () => undefined,
      }
    );
  };
}

export function findFile(database: Database) {
  return async (id: string) => {
    const row = await database.selectFrom('datasets').select('file').where('id', '=', id).executeTakeFirst();
    return row?.file ?? undefined;
  };
}
