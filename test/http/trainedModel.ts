import { saveModel } from '../../src/models/stored/save/saveModel.ts';
import type { Database } from '../../src/store/database/database.ts';
import { binaryOutcome } from '../models/support/outcomes.ts';

/** The id of a model of the job, saved as a worker saves a trained one. */
export async function createModel(database: Database, jobId: string): Promise<string> {
  const job = await database.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirstOrThrow();
  const trained = { ...job, spec: JSON.parse(job.request), warnings: [] };
  const classes = ['p', 'q'];
  const target = { kind: 'classes', column: 'y', classes } as const;
  const outcome = { ...binaryOutcome({ classes, number: 'a', category: 'b' }), target };
  return database.transaction().execute((transaction) => saveModel(transaction, trained, outcome, Date.now()));
}
