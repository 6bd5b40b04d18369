import type { Region } from '../memory/allocator.ts';
import { isLearned, type ParameterSlot } from '../memory/parameters.ts';
import { findGroupConflicts, groupOf, type ParameterGroup } from './groups.ts';
import { hiddenWeightsOf } from './hiddenWeights.ts';
import type { Optimizer, OptimizerRegion } from './optimizer.ts';

/** A matrix of the optimizer's state: a number for each learned one, in the same order. */
export interface StateMatrix {
  readonly offset: number;
  /** Learned numbers before the first one that it has a number for. */
  readonly skipped: number;
}

/** Where the learned parameters, their gradients and the optimizer's matrices are in the arena. */
interface LearnedPlan {
  readonly parameters: readonly ParameterSlot[];
  readonly learned: Region;
  readonly gradients: Region;
  readonly optimizerMatrices: readonly StateMatrix[];
  /** Offset of the optimizer's scratch memory. */
  readonly optimizerScratch: number;
}

interface Settings extends Pick<OptimizerRegion, 'rateFactor' | 'weightDecay'> {
  /** Whether the parameter is a region of its own. */
  readonly isMatrix: boolean;
}

/** Neighbouring parameters with the same settings. */
export interface Neighbours extends Settings {
  /** In the order of the arena. */
  readonly slots: readonly ParameterSlot[];
}

/**
 * The regions that the optimizer updates, as few as the groups allow. Throws RangeError when the
 * groups do not suit the network.
 */
export function planRegions(
  { parameters, learned, gradients, optimizerMatrices, optimizerScratch }: LearnedPlan,
  optimizer: Optimizer,
  groups: readonly ParameterGroup[],
): readonly OptimizerRegion[] {
  const neighbours = joinParameters(parameters, optimizer, groups);
  return neighbours.map(({ slots: [{ offset: X, shape }], rateFactor, weightDecay, isMatrix }, index) => {
    const at = X - learned.offset;
    // Up to the next region: the numbers that align it are 0 and stay 0.
    const end = neighbours[index + 1]?.slots[0].offset ?? learned.offset + learned.count;
    const state = optimizerMatrices
      .filter(({ skipped }) => at >= skipped)
      .map(({ offset, skipped }) => offset + at - skipped);
    const region = { X, dX: gradients.offset + at, state, count: end - X, rateFactor, weightDecay };
    return isMatrix ? { ...region, matrix: { n: shape[0], k: shape[1], scratch: optimizerScratch } } : region;
  });
}

/**
 * The parameters in the order of the arena; neighbours with the same settings are together. Throws
 * RangeError when the groups do not suit the network.
 */
export function joinParameters(
  parameters: readonly ParameterSlot[],
  optimizer: Optimizer,
  groups: readonly ParameterGroup[],
): readonly Neighbours[] {
  checkGroups(groups, parameters);
  const joined: { readonly settings: Settings; readonly slots: ParameterSlot[] }[] = [];
  const hidden = hiddenWeightsOf(parameters);
  for (const slot of parameters.filter(isLearned).toSorted((a, b) => a.offset - b.offset)) {
    const settings = settingsOf(optimizer, hidden.includes(slot), groupOf(groups, slot));
    const last = joined.at(-1);
    if (last !== undefined && isSame(last.settings, settings)) last.slots.push(slot);
    else joined.push({ settings, slots: [slot] });
  }
  return joined.map(({ settings, slots }) => ({ ...settings, slots }));
}

/** The settings of a parameter: those of its group, if it is in one, else the optimizer's. */
function settingsOf(optimizer: Optimizer, isHidden: boolean, group: ParameterGroup | undefined): Settings {
  const { hiddenWeights } = optimizer;
  const isMatrix = isHidden && hiddenWeights !== undefined;
  const factor = isMatrix ? 1 : (hiddenWeights?.restRateFactor ?? 1);
  return {
    rateFactor: factor * (group?.rateFactor ?? 1),
    weightDecay: (group ?? (isMatrix ? hiddenWeights : optimizer)).weightDecay,
    isMatrix,
  };
}

function checkGroups(groups: readonly ParameterGroup[], parameters: readonly ParameterSlot[]): void {
  const [conflict] = findGroupConflicts(groups, parameters);
  if (conflict === undefined) return;
  const { given, selectedTwice } = conflict;
  throw new RangeError(
    selectedTwice === null
      ? `The network has no parameter ${given} for an optimizer group.`
      : `Optimizer groups select ${selectedTwice} twice.`,
  );
}

function isSame(a: Settings, b: Settings): boolean {
  return !a.isMatrix && !b.isMatrix && a.rateFactor === b.rateFactor && a.weightDecay === b.weightDecay;
}
