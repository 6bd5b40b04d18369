import type { StopRule } from '../training/loop/stopRule.ts';
import { createCompletion } from './completion.ts';
import { type LearningCurve, lossByEpoch } from './learningCurve.ts';
import { type Objective, signed } from './objectives.ts';
import type { Budget, Promotion } from './pruners/pruner.ts';
import { createPruner, type Pruning } from './pruners.ts';
import { type Algorithm, SAMPLERS } from './samplers.ts';
import type { SpaceDefinition } from './space/schema.ts';
import { compileSpace, type Parameters, parametersAt, pointOf } from './space/space.ts';
import type { TrialEpochs } from './trialEpochs.ts';
import { createVisibleTrials } from './visibleTrials.ts';

export interface SearchSettings {
  readonly space: SpaceDefinition;
  readonly algorithm: Algorithm;
  /** At least one. Pruning and `target` use the first. */
  readonly objectives: readonly Objective[];
  /** An unsigned 32-bit number. */
  readonly seed: number;
  /** The maximum number of segments that run at the same time. */
  readonly parallel: number;
  /** The maximum number of trials. */
  readonly trials: number;
  readonly pruning: Pruning | null;
  /**
   * Whether a trial can pause after a segment and resume later. An external trial has one segment.
   */
  readonly canPause: boolean;
  readonly epochs: TrialEpochs;
  /** No trial is created or resumed when a first objective reaches this value; null: no target. */
  readonly target: number | null;
  /** No trial is created after this many trials without a new best; null: no limit. */
  readonly patience: number | null;
}

/**
 * A part of a trial, from its start or a pause to the next pause or its end. Segments are numbered
 * from 0 in the order in which they were decided.
 */
export interface Segment {
  /** The number of the trial. A new trial has the next number, counted from 0. */
  readonly trial: number;
  /** The parameters of the trial. */
  readonly parameters: Parameters;
  /** The epoch of the trial at which the segment ends; null: the end of the trial. */
  readonly until: number | null;
  /** Undefined while the segment runs. */
  readonly result: SegmentResult | undefined;
}

export interface SegmentResult extends LearningCurve {
  /**
   * One per objective; null: the trial failed or has none. A non-finite number counts as missing.
   */
  readonly objectives: readonly number[] | null;
  /** Whether the trial cannot resume: it finished, stopped early or failed. */
  readonly over: boolean;
}

/** The result of a trial that never runs or whose result is unknown. */
export const FAILED: SegmentResult = { objectives: null, over: true };

/** The next step. `limits` are limits of the first objective, as in the stop rule of a training. */
export type NextStep =
  /** Run a new trial. Its number is the number of trials so far. */
  | {
      readonly kind: 'ask';
      readonly parameters: Parameters;
      readonly until: number | null;
      readonly limits: StopRule['limits'];
    }
  /** Resume a paused trial. */
  | {
      readonly kind: 'resume';
      readonly trial: number;
      readonly until: number | null;
      readonly limits: StopRule['limits'];
    }
  /** Wait for the result of the segment. */
  | { readonly kind: 'wait'; readonly segment: number }
  /** Every segment has a result, and no step is left. */
  | { readonly kind: 'end'; readonly reason: 'trials' | 'space' | 'target' | 'noProgress' };

export interface Search {
  /** The step after the last added segment. Does not change the search. */
  next(): NextStep;
  /** Adds the next segment, with or without its result. */
  add(segment: Segment): void;
  /** Sets the result of a segment. No effect if it has one. */
  tell(segment: number, result: SegmentResult): void;
}

/**
 * A search: a pure function of the segments decided so far. They are added one by one, so that a
 * decision costs only the work of the sampler. A search that is rebuilt from the list of segments
 * decides the same.
 *
 * The decision of segment k depends on the results of exactly the segments up to k - parallel.
 * Later segments count as pending, finished or not. While one of the first is not finished, the
 * search waits. So the same settings decide the same segments in the same order, however long each
 * takes, also after a crash or a pause. The price: at most parallel - 1 segments overtake a slow
 * one. When no trial can be created, one more result at a time becomes visible, until a trial can
 * resume or every segment is finished.
 *
 * Samplers see the loss of the last visible segment of a trial, and Infinity for a failed one.
 */
export function createSearch(settings: SearchSettings, segments: readonly Segment[] = []): Search {
  const { objectives, epochs, parallel } = settings;
  const [objective] = objectives;
  const space = compileSpace(settings.space);
  const suggest = SAMPLERS[settings.algorithm].create(space, settings.seed);
  const size = sizeOf(settings);
  const maxTrials = Math.min(settings.trials, size);
  const pruner = createPruner(settings.pruning, epochs.max, settings.canPause);
  const completion = createCompletion({
    target: settings.target === null ? null : signed(objective, settings.target),
    patience: settings.patience,
  });

  const added: { readonly trial: number; result: SegmentResult | undefined }[] = [];
  const trials = createVisibleTrials(objectives, settings.seed);
  /** The number of segments whose results are visible. */
  let observed = 0;
  /** The decision of the next segment. */
  let decided: NextStep | null = null;

  /**
   * Makes the results of the first `count` segments visible. Returns the first without a result.
   */
  function observe(count: number): number | null {
    for (; observed < count; observed++) {
      const { trial, result } = added[observed];
      if (result === undefined) return observed;
      const { losses, isFirst } = trials.setObjectives(trial, result.objectives);
      completion.observe(losses, isFirst);
      const lossAt = lossByEpoch(objective, result, losses[0]);
      pruner.observe(trial, { loss: losses[0], isOver: result.over, lossAt });
    }
    return null;
  }

  function decide(): NextStep {
    for (let visible = added.length - parallel + 1; ; visible = observed + 1) {
      const missing = observe(visible);
      if (missing !== null) return { kind: 'wait', segment: missing };
      const next = resume() ?? ask();
      if (next !== null) return next;
      if (observed === added.length) return { kind: 'end', reason: endReason() };
    }
  }

  function resume(): NextStep | null {
    if (completion.stopReason() === 'target') return null;
    const isLast = observed === added.length && !canAsk();
    const promotion = pruner.promotion() ?? (isLast ? pruner.finalPromotion() : null);
    return promotion && { kind: 'resume', ...promotion, limits: [] };
  }

  function canAsk(): boolean {
    return completion.stopReason() === null && trials.count() < maxTrials;
  }

  function ask(): NextStep | null {
    if (!canAsk()) return null;
    const trial = trials.count();
    const point = suggest(trial, trials.history());
    if (point === null) return null;
    const parameters = parametersAt(space, point);
    const budget = pruner.initialBudget(trial, epochs.of(parameters));
    return { kind: 'ask', parameters, ...toObjectiveScale(budget, objective) };
  }

  function endReason() {
    return completion.stopReason() ?? (trials.count() < size ? 'trials' : 'space');
  }

  function add({ trial, parameters, until, result }: Segment): void {
    const missing = observe(added.length - parallel + 1);
    if (missing !== null)
      throw new TypeError(`segment ${added.length} was decided before segment ${missing} had a result`);
    if (trial > trials.count())
      throw new TypeError(`expected trial ${trials.count()} or an earlier one, got trial ${trial}`);
    if (trial === trials.count()) {
      trials.add(pointOf(space, parameters));
      pruner.begin(trial, epochs.of(parameters));
    } else {
      observeUntil({ trial, until });
      pruner.promote(trial);
    }
    added.push({ trial, result });
    decided = null;
  }

  /** Makes as many results visible as the decision of the promotion needed. */
  function observeUntil({ trial, until }: Promotion): void {
    for (;;) {
      const promotion = pruner.promotion();
      if (promotion?.trial === trial && promotion.until === until) return;
      if (observed === added.length || observe(observed + 1) !== null) return;
    }
  }

  for (const segment of segments) add(segment);

  return {
    next() {
      if (decided === null || decided.kind === 'wait') decided = decide();
      return decided;
    },
    add,
    tell(segment, result) {
      added[segment].result ??= result;
    },
  };
}

/** Converts limits of losses to limits of the objective. */
function toObjectiveScale({ until, limits }: Budget, objective: Objective): Budget {
  return { until, limits: limits.map(({ epoch, worst }) => ({ epoch, worst: signed(objective, worst) })) };
}

/** The number of points of a grid; Infinity for the other algorithms. */
export function sizeOf({ space, algorithm }: Pick<SearchSettings, 'space' | 'algorithm'>): number {
  return SAMPLERS[algorithm].size(compileSpace(space)) ?? Number.POSITIVE_INFINITY;
}
