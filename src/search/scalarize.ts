import { createGenerator } from '../engine/random.ts';

/** The weight of the sum beside the maximum. It excludes weakly dominated points (Knowles 2006). */
const RHO = 0.05;

/**
 * Combines the losses of each trial into one, for the suggestion of trial n: the augmented
 * Tchebycheff norm with weights that are drawn for each trial, so that the trials spread along the
 * whole front (Knowles 2006, "ParEGO"). Each loss is scaled to [0, 1] within its objective. A trial
 * without a finite loss gets Infinity.
 */
export function scalarize(all: readonly (readonly number[])[], seed: number, n: number): readonly number[] {
  const count = all[0]?.length ?? 0;
  const weights = drawWeights(count, seed, n);
  const ranges = weights.map((_, i) => rangeOf(all.map((losses) => losses[i])));
  return all.map((losses) => {
    if (!losses.every(Number.isFinite)) return Number.POSITIVE_INFINITY;
    const weighted = losses.map((loss, i) => weights[i] * normalize(ranges[i], loss));
    return Math.max(...weighted) + RHO * weighted.reduce((a, b) => a + b, 0);
  });
}

/**
 * Uniform over the weights with sum 1. The samplers use the streams n; these are the streams ~n.
 */
function drawWeights(count: number, seed: number, n: number): readonly number[] {
  const { uniform } = createGenerator(seed, ~n);
  const shares = Array.from({ length: count }, () => -Math.log(1 - uniform()));
  const sum = shares.reduce((a, b) => a + b, 0) || 1;
  return shares.map((share) => share / sum);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function rangeOf(losses: readonly number[]): Range {
  const finite = losses.filter(Number.isFinite);
  return {
    min: finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

/**
 * Scales a loss to [0, 1]. Computes with halves, because the width of a range can exceed the
 * largest number.
 */
function normalize({ min, max }: Range, loss: number): number {
  const width = max / 2 - min / 2;
  return width > 0 ? (loss / 2 - min / 2) / width : 0;
}
