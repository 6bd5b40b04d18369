import { didYouMean } from '../../kit/contract/closest.ts';
import { pointer, ServiceError } from '../../kit/contract/errors.ts';
import { invalid } from '../../kit/contract/validation.ts';
import { milestonesOf } from '../../search/pruners/pruners.ts';
import { FAILED, type SegmentResult } from '../../search/search.ts';
import type { Queries } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { externalEpochs } from '../request/settings.ts';
import type { Outcome } from '../runner/outcome.ts';
import { writeOutcome } from '../runner/write.ts';
import type { Trial } from '../schemas.ts';
import { bestUntil, type Report } from './reports.ts';
import type { TellRequest } from './schemas.ts';

/** What a trial has come to, by what is told at its end and what was reported before. Throws `invalid_sweep` where an objective is missing or unknown. */
export function reportedOutcome(request: TellRequest, settings: SweepSettings, reports: readonly Report[]): Outcome {
  const objectives = objectivesOf(settings.objective);
  const external = { epochs: reports.at(-1)?.epoch ?? null, modelId: null };
  if ('failed' in request) {
    const error = { code: 'told_failed', message: request.message ?? 'Whoever ran the trial says that it failed.' };
    return { result: FAILED, state: 'failed', ...external, error: JSON.stringify(error) };
  }
  const looks = milestoneValues(reports, settings);
  if ('pruned' in request) {
    const result = { objectives: [bestReported(reports, objectives)], over: false, ...looks };
    return { result, state: 'pruned', ...external, error: null };
  }
  const values =
    'objective' in request ? oneOf(request.objective, objectives) : namedOf(request.objectives, objectives);
  return { result: { objectives: values, over: true, ...looks }, state: 'succeeded', ...external, error: null };
}

/** What the pruner compares others with, as far as the trial has come. */
function milestoneValues(reports: readonly Report[], settings: SweepSettings): Pick<SegmentResult, 'looks'> {
  const last = reports.at(-1);
  if (last === undefined || settings.pruning === null) return {};
  const [objective] = objectivesOf(settings.objective);
  const epochs = milestonesOf(settings.pruning, externalEpochs(settings)).filter((epoch) => epoch <= last.epoch);
  return { looks: epochs.map((epoch) => ({ epoch, value: bestUntil(reports, objective, epoch) })) };
}

function bestReported(reports: readonly Report[], [objective]: readonly Objective[]): number {
  const best = bestUntil(reports, objective, Number.POSITIVE_INFINITY);
  if (best !== null) return best;
  const message = 'Nothing was reported of the trial that it could be compared by: tell that it failed.';
  throw invalid('invalid_sweep', 'What is told', [{ path: '/pruned', message }]);
}

function oneOf(value: number, objectives: readonly Objective[]): readonly number[] {
  if (objectives.length === 1) return [value];
  throw invalid('invalid_sweep', 'What is told', [
    {
      path: '/objective',
      message: `The sweep has ${objectives.length} objectives: tell \`objectives\`, each by its metric.`,
    },
  ]);
}

function namedOf(named: Readonly<Record<string, number>>, objectives: readonly Objective[]): readonly number[] {
  const known = new Set(objectives.map(({ metric }) => metric));
  const missing = [...known].filter((metric) => !Object.hasOwn(named, metric));
  const unknown = Object.keys(named).filter((metric) => !known.has(metric));
  const issues = [
    ...missing.map((metric) => ({
      path: pointer(['objectives', metric]),
      message: 'Missing: give every objective of the sweep.',
    })),
    ...unknown.map((metric) => ({
      path: pointer(['objectives', metric]),
      message: `Not an objective of the sweep: leave it out.${didYouMean(metric, known)}`,
    })),
  ];
  if (issues.length > 0) throw invalid('invalid_sweep', 'What is told', issues);
  return objectives.map(({ metric }) => named[metric] ?? Number.NaN);
}

/** A client that did not hear the answer tells again. */
export function assertSameOutcome(trial: Trial, { result, state }: Outcome, objectives: readonly Objective[]): Trial {
  const named = trial.objectives;
  const values = named && objectives.map(({ metric }) => named[metric]);
  if (trial.state === state && JSON.stringify(values) === JSON.stringify(result.objectives)) return trial;
  throw wrongTrialState(trial);
}

export function wrongTrialState({ number, state }: Trial): ServiceError {
  return new ServiceError('trial_wrong_state', `Trial ${number} is ${state}: what came of it cannot be told any more.`);
}

/** Writes what came of a trial. Throws Overtaken where it is known already. */
export async function writeReportedOutcome(
  queries: Queries,
  row: SweepRow,
  objectives: readonly Objective[],
  trial: number,
  outcome: Outcome,
  now: number,
): Promise<void> {
  const segment = await queries
    .selectFrom('legs')
    .select('number')
    .where('sweepId', '=', row.id)
    .where('trial', '=', trial)
    .executeTakeFirstOrThrow();
  const best = await bestSoFar(queries, row.id, objectives);
  await writeOutcome(queries, { row, objectives, best }, { number: segment.number, trial, jobId: null }, outcome, now);
}

async function bestSoFar(queries: Queries, sweepId: string, [{ goal }]: readonly Objective[]): Promise<number | null> {
  const { best } = await queries
    .selectFrom('trials')
    .select((eb) => (goal === 'minimize' ? eb.fn.min('objective') : eb.fn.max('objective')).as('best'))
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'succeeded')
    .executeTakeFirstOrThrow();
  return best;
}
