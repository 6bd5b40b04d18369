import { newId } from '../../kit/ids.ts';
import type { Queries } from '../../store/database.ts';
import type { JobRow } from '../../store/tables.ts';
import { estimateMemory } from '../../training/estimate/memory.ts';
import { type CheckedRequest, datasetNotFound } from './check.ts';
import type { Hyperparameters } from './requestSchema.ts';
import { type Machine, threadWarnings } from './threadWarnings.ts';

type JobColumns = 'id' | 'project' | 'name' | 'priority' | 'request' | 'memoryBytes' | 'warnings' | 'createdAt';
/** What a trial's job has beside. */
type TrialColumns = 'sweepId' | 'trial' | 'halt';

/** A job that was never run, as its row. */
export interface NewJob extends Pick<JobRow, JobColumns>, Partial<Pick<JobRow, TrialColumns>> {
  readonly datasetId: string;
}

export interface NewJobOptions {
  /** Left out, a new one. */
  readonly id?: string | undefined;
  readonly project: string;
  readonly machine: Machine;
  readonly now: number;
}

/** The row of a job that the request asks for. */
export function newJob(checked: CheckedRequest, { id, project, machine, now }: NewJobOptions): NewJob {
  const { request, dataset, shape, spec, warnings } = checked;
  const { name = `${dataset.name}-${spec.target}`, datasetId, priority, labels } = request;
  const hyperparameters: Hyperparameters = { name, datasetId, ...spec, priority, labels };
  return {
    id: id ?? newId('job', now),
    project,
    name,
    datasetId,
    priority,
    request: JSON.stringify(hyperparameters),
    memoryBytes: estimateMemory(spec, shape),
    warnings: JSON.stringify([...warnings, ...threadWarnings(spec.training, machine)]),
    createdAt: now,
  };
}

/** Queues the job, within the caller's transaction. Throws ServiceError `invalid_spec` when the dataset is gone. */
export async function insertJob(
  queries: Queries,
  job: NewJob,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  await assertDatasetExists(queries, job.datasetId);
  await queries
    .insertInto('jobs')
    .values({ ...NEVER_RUN, ...job })
    .execute();
  const rows = Object.entries(labels).map(([name, value]) => ({ jobId: job.id, name, value }));
  if (rows.length > 0) await queries.insertInto('jobLabels').values(rows).execute();
}

const NEVER_RUN = { state: 'queued', attempts: 0, crashes: 0 } as const;

/** The request was checked against the dataset, which may have been deleted since. */
async function assertDatasetExists(queries: Queries, id: string): Promise<void> {
  const dataset = await queries.selectFrom('datasets').select('id').where('id', '=', id).executeTakeFirst();
  if (dataset === undefined) throw datasetNotFound(id);
}
