import { saveModel } from '../../../src/models/stored/save/saveModel.ts';
import type { Database } from '../../../src/store/database/database.ts';
import type { Outcome } from '../../../src/training/outcome.ts';

type TrainedJob = Parameters<typeof saveModel>[1];

/** Writes the job and saves its model as a worker does; returns the id of the model. */
export async function saveTrained(database: Database, job: TrainedJob, outcome: Outcome): Promise<string> {
  const { id, project, name, datasetId } = job;
  const row = { id, project, name, datasetId, state: 'succeeded', priority: 0, request: '{}', memoryBytes: 0 } as const;
  await database
    .insertInto('jobs')
    .values({ ...row, warnings: '[]', attempts: 1, crashes: 0, createdAt: 0, finishedAt: 1 })
    .execute();
  return database.transaction().execute((transaction) => saveModel(transaction, job, outcome, Date.now()));
}
