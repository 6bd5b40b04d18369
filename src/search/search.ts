import type { StopRule } from '../training/loop/stopRule.ts';
import { createCompletion } from './completion.ts';
import { type LearningCurve, lossByEpoch } from './learningCurve.ts';
import { lossesOf, type Objective, signed } from './objectives.ts';
import type { Budget, Promotion } from './pruners/pruner.ts';
import { createPruner, type Pruning } from './pruners.ts';
import type { FinishedTrial } from './samplers/sampler.ts';
import { type Algorithm, SAMPLERS } from './samplers.ts';
import { scalarize } from './scalarize.ts';
import type { SpaceDefinition } from './space/schema.ts';
import { compileSpace, type Parameters, type Point, parametersAt, pointOf } from './space/space.ts';
import type { TrialEpochs } from './trialEpochs.ts';

export interface SearchSettings {
  readonly space: SpaceDefinition;
  readonly algorithm: Algorithm;
  /** At least one; the first is the one that is pruned by and that has the target. */
  readonly objectives: readonly Objective[];
  /** An unsigned 32-bit number. */
  readonly seed: number;
  /** Legs that may run at once. */
  readonly parallel: number;
  /** Trials to ask for, at most. */
  readonly trials: number;
  readonly pruning: Pruning | null;
  /** Whether a trial can wait after a leg and go on later; one that somebody else runs has one leg. */
  readonly canPause: boolean;
  readonly epochs: TrialEpochs;
  /** Once a trial's first objective is as good, no more are asked for, and none goes on; null: none is good enough. */
  readonly target: number | null;
  /** After so many trials without a better one no more are asked for; null: without end. */
  readonly patience: number | null;
}

/** A trial's run up to where the search looks at it. Legs have numbers from 0 on, in the order in which they were decided. */
export interface Segment {
  /** A new trial has the next number, from 0 on. */
  readonly trial: number;
  /** Of the trial. */
  readonly parameters: Parameters;
  /** Epochs of the trial, all in all; null: to its end. */
  readonly until: number | null;
  /** Undefined while it runs. */
  readonly result: SegmentResult | undefined;
}

export interface SegmentResult extends LearningCurve {
  /** One for each objective; null: the trial failed, or has no such numbers. One that is not finite is none. */
  readonly objectives: readonly number[] | null;
  /** Whether the trial never goes on: it came to its end of itself, all epochs done or stopped early, or failed. */
  readonly over: boolean;
}

/** Of a trial that never runs, or of which nothing will be known. */
export const FAILED: SegmentResult = { objectives: null, over: true };

/** What to do next. `limits` are of the first objective, as a training's halt has them. */
export type NextStep =
  /** Run a new trial, whose number is how many there were. */
  | {
      readonly kind: 'ask';
      readonly parameters: Parameters;
      readonly until: number | null;
      readonly limits: StopRule['limits'];
    }
  /** Let a trial go on from where it waits. */
  | {
      readonly kind: 'resume';
      readonly trial: number;
      readonly until: number | null;
      readonly limits: StopRule['limits'];
    }
  /** Wait for the result of that leg. */
  | { readonly kind: 'wait'; readonly segment: number }
  /** All legs are finished and there is nothing left to do. */
  | { readonly kind: 'end'; readonly reason: 'trials' | 'space' | 'target' | 'noProgress' };

export interface Search {
  /** What to do as the leg after the last one that was added. Asking changes nothing. */
  next(): NextStep;
  /** Adds the leg after the last one, with its result or without. */
  add(segment: Segment): void;
  /** Takes the result of a leg; the first that it is told of one stays. */
  tell(leg: number, result: SegmentResult): void;
}

/**
 * The search alone: a pure function of the legs decided so far. It is fed with them so that a decision costs no more than the sampler's own
 * work; built anew from the list of them, at any moment, it answers the same.
 *
 * What is decided as leg k looks at the results of exactly the legs up to k - parallel. The others count as pending, finished or not, and while
 * one of those is not finished there is nothing to do but to wait for it. So the same settings decide the same legs in the same order, however
 * long each takes, and after a crash or a pause too. In return a leg that takes long is overtaken by parallel - 1 others at most. Where no trial
 * is left to ask for, it looks at one more leg after the other until one lets a trial go on, or all are finished.
 *
 * To the sampler a trial has the loss of its last leg that was looked at, and a failed one the worst; several objectives become one loss, each time
 * another.
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
  /** Of each trial. */
  const points: Point[] = [];
  /** Of each trial of which a leg was looked at, by the last: the first so many trials, as first legs have their order. */
  const losses: (readonly number[])[] = [];
  /** The same, as the samplers see it where there is one objective. */
  const finished: FinishedTrial[] = [];
  /** Legs that were looked at. */
  let observed = 0;
  /** What was decided as the next leg. */
  let decided: NextStep | null = null;

  /** Looks at the first so many legs, as far as they are finished; which one is not. */
  function observe(count: number): number | null {
    for (; observed < count; observed++) {
      const { trial, result } = added[observed];
      if (result === undefined) return observed;
      const own = lossesOf(objectives, result.objectives);
      completion.observe(own, trial === losses.length);
      losses[trial] = own;
      finished[trial] = { point: points[trial], loss: own[0] };
      const lossAt = lossByEpoch(objective, result, own[0]);
      pruner.observe(trial, { loss: own[0], isOver: result.over, lossAt });
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
    return completion.stopReason() === null && points.length < maxTrials;
  }

  function ask(): NextStep | null {
    if (!canAsk()) return null;
    const known = { finished: finishedFor(points.length), pending: points.slice(finished.length) };
    const point = suggest(points.length, known);
    if (point === null) return null;
    const parameters = parametersAt(space, point);
    return { kind: 'ask', parameters, ...toObjectiveScale(pruner.initialBudget(points.length, epochs.of(parameters))) };
  }

  /** What is finished as trial n is asked for. */
  function finishedFor(n: number): readonly FinishedTrial[] {
    if (objectives.length === 1) return finished;
    return scalarize(losses, settings.seed, n).map((loss, trial) => ({ point: points[trial], loss }));
  }

  /** The limits of losses as those of the objective. */
  function toObjectiveScale({ until, limits }: Budget): Budget {
    return { until, limits: limits.map(({ epoch, worst }) => ({ epoch, worst: signed(objective, worst) })) };
  }

  function endReason() {
    return completion.stopReason() ?? (points.length < size ? 'trials' : 'space');
  }

  function add({ trial, parameters, until, result }: Segment): void {
    const missing = observe(added.length - parallel + 1);
    if (missing !== null) throw new TypeError(`leg ${added.length} was decided before leg ${missing} was finished`);
    if (trial > points.length) throw new TypeError(`trial ${trial} is not the next one`);
    if (trial === points.length) {
      points.push(pointOf(space, parameters));
      pruner.begin(trial, epochs.of(parameters));
    } else {
      observeUntil({ trial, until });
      pruner.promote(trial);
    }
    added.push({ trial, result });
    decided = null;
  }

  /** Looks at as many legs as whoever let the trial go on had to look at. */
  function observeUntil({ trial, until }: Promotion): void {
    for (;;) {
      const promotion = pruner.promotion();
      if (promotion?.trial === trial && promotion.until === until) return;
      if (observed === added.length || observe(observed + 1) !== null) return;
    }
  }

  function tell(leg: number, result: SegmentResult): void {
    added[leg].result ??= result;
  }

  for (const segment of segments) add(segment);

  return {
    next() {
      if (decided === null || decided.kind === 'wait') decided = decide();
      return decided;
    },
    add,
    tell,
  };
}

/** How many trials there are to try: as many as the space has points where that is a grid, without end otherwise. */
export function sizeOf({ space, algorithm }: Pick<SearchSettings, 'space' | 'algorithm'>): number {
  return SAMPLERS[algorithm].size(compileSpace(space)) ?? Number.POSITIVE_INFINITY;
}
