import { newId } from '../../kit/ids.ts';
import { toJson } from '../../store/database/json.ts';
import type { JobRow } from '../../store/database/tables.ts';
import { estimateEnsembleMemory } from '../../training/estimate/ensemble.ts';
import { estimateMemory } from '../../training/estimate/memory.ts';
import { memberSpecs } from '../../training/schemas/ensemble.ts';
import type { CheckedEnsemble, CheckedRequest } from './check.ts';
import type { JobHyperparameters } from './requestSchema.ts';
import { type Machine, threadWarnings } from './threadWarnings.ts';

type JobColumns = 'id' | 'project' | 'name' | 'priority' | 'request' | 'memoryBytes' | 'warnings' | 'createdAt';
/** The additional columns of the job of a trial. */
type TrialColumns = 'sweepId' | 'trial' | 'stopRule';

/** The row of a job that has never run. */
export interface NewJob extends Pick<JobRow, JobColumns>, Partial<Pick<JobRow, TrialColumns>> {
  readonly datasetId: string;
}

export interface NewJobOptions {
  /** Default: a new id. */
  readonly id?: string | undefined;
  readonly project: string;
  readonly machine: Machine;
  readonly now: number;
}

/** The row of the job for a request. */
export function newJob(checked: CheckedRequest | CheckedEnsemble, options: NewJobOptions): NewJob {
  const { id, project, machine, now } = options;
  const { request, dataset, shape, warnings } = checked;
  const spec = 'ensemble' in checked ? checked.ensemble : checked.spec;
  const trainings = 'ensemble' in checked ? memberSpecs(checked.ensemble) : [checked.spec];
  const { name = `${dataset.name}-${spec.target}`, datasetId, priority, labels } = request;
  const hyperparameters: JobHyperparameters = { name, datasetId, ...spec, priority, labels };
  return {
    id: id ?? newId('job', now),
    project,
    name,
    datasetId,
    priority,
    request: toJson(hyperparameters),
    memoryBytes:
      'ensemble' in checked
        ? estimateEnsembleMemory(checked.ensemble, shape, machine.coresOfJob)
        : estimateMemory(checked.spec, shape),
    warnings: toJson([...warnings, ...threadWarnings(trainings, machine)]),
    createdAt: now,
  };
}
