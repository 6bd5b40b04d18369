import type { CheckedRequest } from '../../jobs/submission/check.ts';
import type { FieldError } from '../../kit/contract/errors.ts';
import { newId } from '../../kit/ids.ts';
import { FAILED, type NextStep, type SegmentResult } from '../../search/search.ts';
import { applyParameters } from '../../search/space/applyParameters.ts';
import type { Parameters } from '../../search/space/space.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import type { WatchedMetric } from '../../training/schemas/monitors.ts';
import { checkJob } from '../request/dryRun.ts';
import { isMonitor } from '../request/objective.ts';
import type { RunningSweep } from './runningSweep.ts';
import type { SweepStepDeps } from './sweepStepDeps.ts';

interface DecidedSegment {
  readonly number: number;
  readonly trial: number;
  readonly until: number | null;
}

/** A new trial with a job, or one that has failed because its parameters make an invalid job. */
export interface NewTrial {
  readonly kind: 'ask';
  readonly segment: DecidedSegment;
  readonly parameters: Parameters;
  readonly jobId: string | null;
  readonly checked: CheckedRequest | null;
  readonly stopRule: StopRule | null;
  readonly errors: readonly FieldError[];
  readonly result: SegmentResult | undefined;
  readonly queues: boolean;
}

/** A paused trial that resumes. */
export interface ResumedTrial {
  readonly kind: 'resume';
  readonly segment: DecidedSegment;
  readonly jobId: string | null;
  readonly stopRule: StopRule | null;
  readonly result: undefined;
  readonly queues: boolean;
}

/** A decision of the search, ready to be written. */
export type Decision = NewTrial | ResumedTrial;

/**
 * The dry run does not cover every combination of values. An invalid one fails its trial, not the
 * sweep.
 */
export async function newTrial(
  { findDataset, machine, clock }: SweepStepDeps,
  sweep: RunningSweep,
  next: Extract<NextStep, { kind: 'ask' }>,
): Promise<NewTrial> {
  const { row, settings, trials, segmentCount } = sweep;
  const { parameters } = next;
  const trial = trials.length;
  const job = applyParameters(settings.job ?? {}, parameters, settings.defaults ?? {});
  const checkedJob = await checkJob(job, (id) => findDataset(id, row.project), machine);
  const name = `${row.name} #${trial}`;
  const segment = { number: segmentCount, trial, until: next.until };
  const common = { kind: 'ask', segment, parameters, stopRule: stopRuleOf(sweep, next) } as const;
  return 'errors' in checkedJob
    ? { ...common, jobId: null, checked: null, errors: checkedJob.errors, result: FAILED, queues: false }
    : {
        ...common,
        jobId: newId('job', clock()),
        checked: named(checkedJob.checked, name),
        errors: [],
        result: undefined,
        queues: true,
      };
}

/**
 * Sets the name after the check, because the name of a sweep with a number can exceed the limit of
 * the schema.
 */
function named(checked: CheckedRequest, name: string): CheckedRequest {
  return { ...checked, request: { ...checked.request, name } };
}

export function resumeTrial(sweep: RunningSweep, next: Extract<NextStep, { kind: 'resume' }>): ResumedTrial {
  const { trial, until } = next;
  const { jobId } = sweep.trials[trial];
  const segment = { number: sweep.segmentCount, trial, until };
  return { kind: 'resume', segment, jobId, stopRule: stopRuleOf(sweep, next), result: undefined, queues: true };
}

/** The rule by which the job of the trial pauses itself, on the objective after each epoch. */
function stopRuleOf(
  { objectives: [{ metric, goal }] }: RunningSweep,
  { until, limits }: Pick<StopRule, 'until' | 'limits'>,
): StopRule | null {
  return isWatched(metric) ? { metric, goal, until, limits } : null;
}

function isWatched(metric: string): metric is WatchedMetric {
  return isMonitor(metric) || metric === 'trainingLoss';
}
