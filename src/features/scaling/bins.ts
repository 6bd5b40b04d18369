import { evenPositions, interpolate, mostCommon } from './sorted.ts';

/**
 * Piecewise linear encoding (Gorishniy et al. 2022, "On embeddings for numerical features"): one input for each range between two edges,
 * 0 below it, 1 above it, rising in between. A dense network draws steps and bumps of one column far more easily from these.
 */

/**
 * The edges of at most `bins` ranges with as many rows each. A value that many rows share would be most of the quantiles, so it gets
 * an edge of its own and the quantiles are of the others. None when only one range would be left.
 */
export function fitEdges(sorted: Float64Array, bins: number): number[] {
  if (bins === 0) return [];
  const { common, share } = mostCommon(sorted);
  const others = share > 1 / bins ? sorted.filter((value) => value !== common) : sorted;
  const quantiles = evenPositions(others.length, bins + 1).map((position) => others[position]);
  const edges = [...new Set([...quantiles, common])].sort((a, b) => a - b);
  return edges.length > 2 ? edges : [];
}

/** How many ranges lie between the edges. */
export function binCount(edges: readonly number[]): number {
  return Math.max(0, edges.length - 1);
}

/** How far the value is into the range that begins at edge `bin`: 0 to 1. */
export function encodeBin(edges: readonly number[], bin: number, value: number): number {
  const [from, to] = [edges[bin], edges[bin + 1]];
  if (value <= from) return 0;
  return value >= to ? 1 : interpolate(from, to, value);
}
