import { isoTime } from '../kit/clock.ts';
import type { SweepRow } from '../store/tables.ts';
import { ranUntil } from './conductor/write.ts';
import { paretoFront } from './pareto.ts';
import { type Objective, objectivesOf } from './request/objective.ts';
import type { SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import type { Sweep, Trial } from './schemas.ts';
import type { ShownTrial, Tally } from './store.ts';

/** A sweep as clients see it; `succeeded` are its trials with an objective, in the order in which they ended. */
export function sweepView(row: SweepRow, tally: Tally, succeeded: readonly ShownTrial[], now: number): Sweep {
  const settings = readSettings(row.request);
  const objectives = objectivesOf(settings.objective);
  const seconds = ranUntil(row, now).ranMs / 1000;
  const better = improvements(succeeded, objectives[0]);
  const isOne = objectives.length === 1;
  const best = better.at(-1);
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    endedBy: row.endedBy,
    datasetId: row.datasetId,
    counts: tally.counts,
    epochs: tally.epochs,
    seconds,
    etaSeconds: row.state === 'running' ? etaOf(tally, settings, seconds) : null,
    best: isOne && best ? bestView(best) : null,
    front: isOne ? null : frontOf(succeeded, objectives).map(bestView),
    trajectory: better.map(({ number, objective, finishedAt }) => ({
      number,
      objective: objective ?? Number.NaN,
      at: isoTime(finishedAt ?? row.createdAt),
    })),
    ...shownSettings(settings),
    error: fromJson(row.error),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

/** The settings without what is kept for the search alone. */
export function shownSettings({ usual: _, ...settings }: SweepSettings): Omit<SweepSettings, 'usual'> {
  return settings;
}

export function trialView(row: ShownTrial): Trial {
  return {
    number: row.number,
    state: row.state,
    parameters: JSON.parse(row.parameters),
    objective: row.objective,
    objectives: fromJson(row.objectives),
    epochs: row.epochs,
    jobId: row.jobId,
    modelId: row.modelId,
    error: fromJson(row.error),
    leaseUntil: row.leaseUntil === null ? null : isoTime(row.leaseUntil),
    createdAt: isoTime(row.createdAt),
    finishedAt: row.finishedAt === null ? null : isoTime(row.finishedAt),
  };
}

function bestView(row: ShownTrial): NonNullable<Sweep['best']> {
  const { number, objective, objectives, parameters, jobId, modelId } = trialView(row);
  return { number, objective, objectives, parameters, jobId, modelId };
}

/** Those that were better than all that had ended before. */
function improvements(succeeded: readonly ShownTrial[], { goal }: Objective): readonly ShownTrial[] {
  const better: ShownTrial[] = [];
  for (const trial of succeeded) if (isBetter(trial, better.at(-1), goal)) better.push(trial);
  return better;
}

/** By the objective; among equals the one that was asked first. */
function isBetter(trial: ShownTrial, best: ShownTrial | undefined, goal: Objective['goal']): boolean {
  if (best === undefined) return true;
  const [value, other] = [trial.objective ?? Number.NaN, best.objective ?? Number.NaN];
  if (value === other) return trial.number < best.number;
  return goal === 'minimize' ? value < other : value > other;
}

/** The best trials first. */
export function ranked(succeeded: readonly ShownTrial[], { goal }: Objective): readonly ShownTrial[] {
  return succeeded.toSorted((a, b) => (isBetter(a, b, goal) ? -1 : 1));
}

function frontOf(succeeded: readonly ShownTrial[], objectives: readonly Objective[]): readonly ShownTrial[] {
  const trials = succeeded.map((trial) => {
    const named: Readonly<Record<string, number>> = JSON.parse(trial.objectives ?? '{}');
    return { trial, objectives: objectives.map(({ metric }) => named[metric] ?? Number.NaN) };
  });
  const front = paretoFront(trials, objectives).map(({ trial }) => trial);
  return front.toSorted((a, b) => a.number - b.number);
}

/** As long as the trials so far took, for each that is left. */
function etaOf({ counts }: Tally, { search: { trials }, external }: SweepSettings, seconds: number): number | null {
  const { succeeded, failed, pruned, paused, cancelled, running } = counts;
  const ended = succeeded + failed + pruned + paused + cancelled;
  if (ended === 0 || external) return null;
  return (seconds / ended) * Math.max(0, trials - ended - running / 2);
}

function fromJson<Value>(text: string | null): Value | null {
  return text === null ? null : JSON.parse(text);
}
