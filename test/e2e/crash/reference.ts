import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { call, finishedJob } from '../../support/client.ts';
import { createMortalService } from './mortalService.ts';
import { EXTENDED_TABLE, EXTENSION, extended, SPECS, TABLES } from './trainings.ts';

/**
 * The result of a training: the hash of its model's parameters, and every epoch without its
 * duration.
 */
export interface Result {
  readonly parameters: string;
  readonly losses: readonly string[];
}

/**
 * Trains each spec on each table in an undisturbed service, and extends some; by `spec of table`.
 */
export async function undisturbedResults(data: string): Promise<ReadonlyMap<string, Result>> {
  const service = createMortalService(data);
  service.start();
  const jobs = await trainAll(await service.address()).finally(() => service.stop());
  using sqlite = openStopped(data);
  return new Map([...jobs].map(([training, id]) => [training, resultOf(sqlite.database, id)]));
}

/** The ids of the jobs. Throws if one of them fails. */
async function trainAll(address: string): Promise<ReadonlyMap<string, string>> {
  const jobs = new Map<string, string>();
  for (const { name: table, csv } of TABLES) {
    const upload = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: csv };
    const { id: datasetId } = await call(address, `/v1/datasets?name=${table}`, upload);
    const submitted = SPECS.map(async ({ name, ...request }) => {
      const { id } = await finishedJob(address, { datasetId, ...request });
      jobs.set(`${name} of ${table}`, id);
      if (table !== EXTENDED_TABLE) return;
      const longer = await finishedJob(address, { datasetId, ...request });
      await extend(address, longer.id);
      jobs.set(extended(`${name} of ${table}`), longer.id);
    });
    await Promise.all(submitted);
  }
  return jobs;
}

/** Resolves when it has succeeded again. */
async function extend(address: string, id: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await call(address, `/v1/jobs/${id}/extend`, { method: 'POST', headers, body: JSON.stringify(EXTENSION) });
  while ((await call(address, `/v1/jobs/${id}?wait=60`)).state !== 'succeeded');
}

/** The database of a stopped service. */
export function openStopped(data: string): Disposable & { readonly database: Sqlite.Database } {
  const database = new Sqlite(join(data, 'trainyard.sqlite'), { readonly: true });
  return { database, [Symbol.dispose]: () => void database.close() };
}

interface ParameterRow {
  /** Of an ensemble; 0 for a single network. */
  readonly member: number;
  readonly layer: number;
  readonly name: string;
  readonly shape: string;
  readonly bytes: Buffer;
}

/** The stored result of a job. */
export function resultOf(database: Sqlite.Database, jobId: string): Result {
  const parameters = database
    .prepare<[string], ParameterRow>(
      `SELECT member, layer, stored.name, shape, bytes FROM (
         SELECT model_id, 0 AS member, layer, name, shape, bytes FROM parameters
         UNION ALL SELECT ensemble_id, member, layer, name, shape, bytes FROM ensemble_parameters
       ) AS stored JOIN jobs ON jobs.model_id = stored.model_id
       WHERE jobs.id = ? ORDER BY member, layer, stored.name`,
    )
    .all(jobId);
  const hash = createHash('sha256');
  for (const { member, layer, name, shape, bytes } of parameters)
    hash.update(`${member} ${layer} ${name} ${shape}`).update(bytes);
  const losses = database
    .prepare<[string], string>(
      `SELECT json_array(member, epoch, step, training_loss, validation_loss, metrics, learning_rate) FROM (
         SELECT 0 AS member, * FROM losses
         UNION ALL SELECT member, job_id, epoch, step, training_loss, validation_loss, metrics, learning_rate, seconds
         FROM job_member_losses
       ) WHERE job_id = ? ORDER BY member, epoch`,
    )
    .pluck()
    .all(jobId);
  return { parameters: hash.digest('hex'), losses };
}
