import { evenPositions, interpolate, mostCommon } from './sorted.ts';

/**
 * Piecewise linear encoding (Gorishniy et al. 2022, "On embeddings for numerical features"): one
 * input for each bin, 0 below it, 1 above it, linear inside. It makes steps and bumps of one column
 * easier to learn for a dense network.
 */

/**
 * The edges of at most `bins` bins with about equally many rows. A value that many rows share would
 * fill most quantiles, so it gets an edge of its own and the quantiles are those of the other
 * values. Empty when only one bin would be left.
 */
export function fitEdges(sorted: Float64Array, bins: number): number[] {
  if (bins === 0) return [];
  const { common, share } = mostCommon(sorted);
  const others = share > 1 / bins ? sorted.filter((value) => value !== common) : sorted;
  const quantiles = evenPositions(others.length, bins + 1).map((position) => others[position]);
  const edges = [...new Set([...quantiles, common])].sort((a, b) => a - b);
  return edges.length > 2 ? edges : [];
}

/** The number of bins between the edges. */
export function binCount(edges: readonly number[]): number {
  return Math.max(0, edges.length - 1);
}

/** The position of the value in the bin that starts at edge `bin`: 0 to 1. */
export function encodeBin(edges: readonly number[], bin: number, value: number): number {
  const [from, to] = [edges[bin], edges[bin + 1]];
  if (value <= from) return 0;
  return value >= to ? 1 : interpolate(from, to, value);
}
