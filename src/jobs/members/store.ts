import type { Database } from '../../store/database/database.ts';
import type { JobMemberLossRow, JobMemberRow, JobRow } from '../../store/database/tables.ts';

/** A job with its networks, and the losses of all their epochs. */
export interface StoredMembers {
  readonly job: Pick<JobRow, 'state' | 'request'>;
  readonly members: readonly JobMemberRow[];
  readonly losses: readonly JobMemberLossRow[];
}

/** The networks of a job of the project; undefined: the project has no such job. */
export async function findMembers(
  database: Database,
  project: string,
  jobId: string,
): Promise<StoredMembers | undefined> {
  const job = await database
    .selectFrom('jobs')
    .select(['state', 'request'])
    .where('id', '=', jobId)
    .where('project', '=', project)
    .executeTakeFirst();
  if (job === undefined) return undefined;
  const members = database.selectFrom('jobMembers').selectAll().where('jobId', '=', jobId).orderBy('member');
  const losses = database
    .selectFrom('jobMemberLosses')
    .selectAll()
    .where('jobId', '=', jobId)
    .orderBy('member')
    .orderBy('epoch');
  return { job, members: await members.execute(), losses: await losses.execute() };
}
