import { newId } from '../../kit/ids.ts';
import type { JobRow } from '../../store/database/tables.ts';
import { estimateMemory } from '../../training/estimate/memory.ts';
import type { CheckedRequest } from './check.ts';
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
