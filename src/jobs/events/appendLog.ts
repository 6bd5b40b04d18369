import type { Queries } from '../../store/database.ts';
import type { Log } from './schemas.ts';

/** Tells the readers of those jobs' events a line each. States and warnings are told by the database itself. */
export async function appendLog(queries: Queries, jobIds: readonly string[], log: Log): Promise<void> {
  if (jobIds.length === 0) return;
  const data = JSON.stringify(log);
  await queries
    .insertInto('events')
    .values(jobIds.map((jobId) => ({ jobId, type: 'log', data })))
    .execute();
}
