import { newId } from '../../src/kit/ids.ts';
import type { Database } from '../../src/store/database/database.ts';
import { TENANT } from '../support/access.ts';

/** Inserts the row of a running sweep and returns its id. */
export async function insertSweep(database: Database, datasetId: string): Promise<string> {
  const id = newId('swp');
  const times = { runningSince: 1, createdAt: 1, ranMs: 0 };
  const sweep = { id, project: TENANT.project, name: 'sweep', datasetId, state: 'running', request: '{}' } as const;
  await database
    .insertInto('sweeps')
    .values({ ...sweep, ...times })
    .execute();
  return id;
}
