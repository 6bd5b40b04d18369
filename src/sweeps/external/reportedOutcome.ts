import { didYouMean } from '../../kit/contract/closest.ts';
import { pointer, ServiceError } from '../../kit/contract/errors.ts';
import { invalid } from '../../kit/contract/validation.ts';
import { milestonesOf } from '../../search/pruners.ts';
import { FAILED, type SegmentResult } from '../../search/search.ts';
import { toJson } from '../../store/database/json.ts';
import type { Outcome } from '../outcome.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { externalEpochs } from '../request/settings.ts';
import type { Trial } from '../trials/schemas.ts';
import { bestUntil } from './bestUntil.ts';
import type { Report } from './reportStore.ts';
import type { TellRequest } from './schemas.ts';

/**
 * The outcome of a trial from the result that its client reports and its earlier reports. Throws
 * ServiceError `invalid_sweep` for a missing or unknown objective.
 */
export function reportedOutcome(request: TellRequest, settings: SweepSettings, reports: readonly Report[]): Outcome {
  const objectives = objectivesOf(settings.objective);
  const external = { epochs: reports.at(-1)?.epoch ?? null, modelId: null };
  if ('failed' in request) {
    const error = { code: 'told_failed', message: request.message ?? 'The client reported that the trial failed.' };
    return { result: FAILED, state: 'failed', ...external, error: toJson(error) };
  }
  const curve = milestoneValues(reports, settings);
  if ('pruned' in request) {
    const result = { objectives: [bestReported(reports, objectives)], over: false, ...curve };
    return { result, state: 'pruned', ...external, error: null };
  }
  const values =
    'objective' in request ? oneOf(request.objective, objectives) : namedOf(request.objectives, objectives);
  return { result: { objectives: values, over: true, ...curve }, state: 'succeeded', ...external, error: null };
}

/**
 * The values at the milestones that the trial has reached; the pruner compares later trials with
 * them.
 */
function milestoneValues(reports: readonly Report[], settings: SweepSettings): Pick<SegmentResult, 'milestones'> {
  const last = reports.at(-1);
  if (last === undefined || settings.pruning === null) return {};
  const [objective] = objectivesOf(settings.objective);
  const epochs = milestonesOf(settings.pruning, externalEpochs(settings)).filter((epoch) => epoch <= last.epoch);
  return { milestones: epochs.map((epoch) => ({ epoch, value: bestUntil(reports, objective, epoch) })) };
}

function bestReported(reports: readonly Report[], [objective]: readonly Objective[]): number {
  const best = bestUntil(reports, objective, Number.POSITIVE_INFINITY);
  if (best !== null) return best;
  const message = 'The trial has no reported objective. Report one first, or send `failed`.';
  throw invalid('invalid_sweep', 'The result', [{ path: '/pruned', message }]);
}

function oneOf(value: number, objectives: readonly Objective[]): readonly number[] {
  if (objectives.length === 1) return [value];
  const message = `The sweep has ${objectives.length} objectives. Send \`objectives\`, with a value for each metric.`;
  throw invalid('invalid_sweep', 'The result', [{ path: '/objective', message }]);
}

function namedOf(named: Readonly<Record<string, number>>, objectives: readonly Objective[]): readonly number[] {
  const known = new Set(objectives.map(({ metric }) => metric));
  const missing = [...known].filter((metric) => !Object.hasOwn(named, metric));
  const unknown = Object.keys(named).filter((metric) => !known.has(metric));
  const issues = [
    ...missing.map((metric) => ({
      path: pointer(['objectives', metric]),
      message: 'Missing. Send every objective of the sweep.',
    })),
    ...unknown.map((metric) => ({
      path: pointer(['objectives', metric]),
      message: `Not an objective of the sweep. Leave it out.${didYouMean(metric, known)}`,
    })),
  ];
  if (issues.length > 0) throw invalid('invalid_sweep', 'The result', issues);
  return objectives.map(({ metric }) => named[metric] ?? Number.NaN);
}

/**
 * A client that did not receive the response sends the same result again. Throws
 * `trial_wrong_state` for another one.
 */
export function assertSameOutcome(trial: Trial, { result, state }: Outcome, objectives: readonly Objective[]): Trial {
  const named = trial.objectives;
  const values = named && objectives.map(({ metric }) => named[metric]);
  if (trial.state === state && JSON.stringify(values) === JSON.stringify(result.objectives)) return trial;
  throw wrongTrialState(trial);
}

export function wrongTrialState({ number, state }: Trial): ServiceError {
  return new ServiceError('trial_wrong_state', `Trial ${number} is ${state}. Its result can no longer be changed.`);
}
