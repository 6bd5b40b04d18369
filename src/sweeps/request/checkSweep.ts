import type { CheckedRequest } from '../../jobs/submission/check.ts';
import { didYouMean } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { invalid } from '../../kit/contract/validation.ts';
import { SAMPLERS } from '../../search/samplers.ts';
import { compileSpace, type Space } from '../../search/space/space.ts';
import { measures } from '../../training/schemas/monitors.ts';
import { type DryRunDeps, dryRun, NO_DRY_RUN } from './dryRun.ts';
import { isMonitor, isObjectiveMetric, OBJECTIVE_METRICS, type Objective, objectivesOf } from './objective.ts';
import { type SweepRequest, type SweepSettings, trialLimit } from './schema.ts';

export interface SweepChecks extends DryRunDeps {
  /** The default of `parallel`. */
  readonly parallel: number;
}

/** A valid sweep with every default filled in. */
export interface CheckedSweep {
  readonly settings: SweepSettings;
  /** The job of one trial; null for an external sweep. */
  readonly sample: CheckedRequest | null;
}

/**
 * Checks the job, the values of each parameter and the settings of the search. Throws ServiceError
 * `invalid_sweep` with all issues, and `dataset_not_ready` as for a job.
 */
export async function checkSweep(request: SweepRequest, checks: SweepChecks): Promise<CheckedSweep> {
  const space = compileSpace(request.space);
  const objectives = objectivesOf(request.objective);
  const dryRunResult = request.external ? NO_DRY_RUN : await dryRun(request, space, checks);
  const issues = [
    ...searchIssues(request, space),
    ...dryRunResult.issues,
    ...(request.external ? externalIssues(request) : jobIssues(request, objectives, dryRunResult.sample)),
    ...objectiveIssues(request, objectives),
  ];
  if (issues.length > 0) throw invalid('invalid_sweep', 'The sweep', issues);
  return {
    settings: settingsOf(request, space, objectives, dryRunResult.defaults, checks.parallel),
    sample: dryRunResult.sample,
  };
}

function settingsOf(
  { job, search, objective, parallel, name: _, ...rest }: SweepRequest,
  space: Space,
  objectives: readonly Objective[],
  defaults: SweepSettings['defaults'],
  defaultParallel: number,
): SweepSettings {
  const trials = trialLimit(search.trials, SAMPLERS[search.algorithm].size(space));
  return {
    ...rest,
    job: job ?? null,
    search: { ...search, trials },
    objective: Array.isArray(objective) ? [...objectives] : objectives[0],
    parallel: parallel ?? defaultParallel,
    defaults,
  };
}

function searchIssues({ search }: SweepRequest, space: Space): readonly FieldError[] {
  return SAMPLERS[search.algorithm].issues(space).map(({ parameter, message }) => ({
    path: parameter === null ? '/space' : pointer(['space', parameter]),
    message,
  }));
}

function jobIssues(
  { space, pruning }: SweepRequest,
  objectives: readonly Objective[],
  sample: CheckedRequest | null,
): readonly FieldError[] {
  const measured = objectives.flatMap(({ metric }, i) => {
    const path = `${objectivePath(objectives, i)}/metric`;
    if (!isObjectiveMetric(metric)) {
      const suggestion = didYouMean(metric, OBJECTIVE_METRICS);
      return [{ path, message: `Jobs do not measure '${metric}'.${suggestion}` }];
    }
    if (sample === null || !isMonitor(metric)) return [];
    const { task, split } = sample.spec;
    if (!measures(task, metric)) return [{ path, message: `A ${task} task does not measure '${metric}'.` }];
    if (isWithoutValidation(split) && !Object.hasOwn(space, 'split.validation'))
      return [
        {
          path,
          message: 'There are no validation rows, because split.validation is 0. Raise it, or use `trainingLoss`.',
        },
      ];
    return [];
  });
  if (pruning?.maxEpochs === undefined) return measured;
  const message = 'Only for external sweeps. The job sets the epochs of a trial; leave this out.';
  return [...measured, { path: '/pruning/maxEpochs', message }];
}

/** With a split column that has no validation rows, some training rows are used. */
function isWithoutValidation(split: CheckedRequest['spec']['split']): boolean {
  return split.method !== 'column' && split.validation === 0;
}

function objectivePath(objectives: readonly Objective[], i: number): string {
  return objectives.length === 1 ? '/objective' : `/objective/${i}`;
}

/** Only the client knows the number of epochs of an external trial. */
function externalIssues({ pruning, job }: SweepRequest): readonly FieldError[] {
  return [
    ...(pruning === null || pruning.maxEpochs !== undefined
      ? []
      : [
          {
            path: '/pruning/maxEpochs',
            message: 'Missing. An external sweep with pruning needs the maximum number of epochs of a trial.',
          },
        ]),
    ...(job === undefined
      ? []
      : [{ path: '/job', message: 'The trials of an external sweep are not jobs. Leave it out.' }]),
  ];
}

function objectiveIssues({ pruning, external }: SweepRequest, objectives: readonly Objective[]): readonly FieldError[] {
  const twice = objectives.findIndex(({ metric }, i) => objectives.findIndex((other) => other.metric === metric) < i);
  const repeated =
    twice < 0 ? [] : [{ path: `/objective/${twice}/metric`, message: 'Duplicate metric. Leave one out.' }];
  const singleObjective = 'Pruning needs exactly one objective. Leave out the pruning or the other objectives.';
  const isMultiObjective = objectives.length > 1;
  const isCounted = !external && objectives[0].metric === 'parameterCount';
  return [
    ...repeated,
    ...(pruning !== null && isMultiObjective ? [{ path: '/pruning', message: singleObjective }] : []),
    ...(pruning !== null && !isMultiObjective && isCounted
      ? [
          {
            path: '/pruning',
            message:
              'Pruning by parameterCount has no effect, because it does not change during a trial. Leave it out.',
          },
        ]
      : []),
  ];
}
