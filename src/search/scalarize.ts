import { createGenerator } from '../engine/random.ts';

/** How much the sum of all counts beside the worst: it keeps points from the front that are worse in nothing but one objective (Knowles 2006). */
const RHO = 0.05;

/**
 * Several losses of each trial as one, of which the least is looked for as trial number n: the augmented Tchebycheff norm with weights drawn anew
 * for each trial, so that the trials spread along the whole front (Knowles 2006, "ParEGO"). Losses count by where they lie between the least and
 * the greatest of their objective; a trial that lacks one has the worst.
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

/** Evenly from all weights that add up to 1. The samplers draw from the streams n on; these are their complements. */
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

/** From 0 to 1; halves, as the width of a range may be more than the greatest number. */
function normalize({ min, max }: Range, loss: number): number {
  const width = max / 2 - min / 2;
  return width > 0 ? (loss / 2 - min / 2) / width : 0;
}
