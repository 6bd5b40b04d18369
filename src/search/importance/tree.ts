import type { Generator } from '../../engine/random.ts';

/** Points of the unit cube, without NaN, and the value at each. */
export interface Sample {
  readonly points: readonly Float64Array[];
  readonly values: Float64Array;
}

/** A box of the cube and the mean value in it. */
export interface Leaf {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly value: number;
}

/** The minimum number of points on each side of a split. */
const MIN_LEAF_POINTS = 2;

/**
 * The leaves of a regression tree, which fill the cube. Each box is split in the coordinate whose
 * random threshold explains most of the variance (Geurts, Ernst and Wehenkel 2006, "Extremely
 * randomized trees"), until a split explains nothing.
 */
export function growTree(sample: Sample, generator: Generator): readonly Leaf[] {
  const d = sample.points[0].length;
  const leaves: Leaf[] = [];
  const open = [{ low: new Float64Array(d), high: new Float64Array(d).fill(1), members: [...sample.points.keys()] }];
  for (let box = open.pop(); box !== undefined; box = open.pop()) {
    const { low, high, members } = box;
    const split = bestSplit(sample, members, generator);
    if (split === null) {
      leaves.push({ low, high, value: meanOf(sample.values, members) });
      continue;
    }
    const { coordinate, threshold } = split;
    const isBelow = (i: number) => sample.points[i][coordinate] < threshold;
    open.push(
      { low, high: high.with(coordinate, threshold), members: members.filter(isBelow) },
      { low: low.with(coordinate, threshold), high, members: members.filter((i) => !isBelow(i)) },
    );
  }
  return leaves;
}

interface Split {
  readonly coordinate: number;
  readonly threshold: number;
}

function bestSplit({ points, values }: Sample, members: readonly number[], generator: Generator): Split | null {
  if (members.length < 2 * MIN_LEAF_POINTS) return null;
  const mean = meanOf(values, members);
  let best: Split | null = null;
  let bestExplained = 0;
  for (let coordinate = 0; coordinate < points[0].length; coordinate++) {
    const threshold = drawThreshold(points, members, coordinate, generator.uniform());
    // The explained variance: Σ n (mean of the side - mean)².
    let [count, sum] = [0, 0];
    for (const i of members) {
      if (points[i][coordinate] >= threshold) continue;
      count += 1;
      sum += values[i] - mean;
    }
    const rest = members.length - count;
    if (count < MIN_LEAF_POINTS || rest < MIN_LEAF_POINTS) continue;
    const explained = sum * sum * (1 / count + 1 / rest);
    if (explained <= bestExplained) continue;
    bestExplained = explained;
    best = { coordinate, threshold };
  }
  return best;
}

/** A threshold between the minimum and the maximum of the members. */
function drawThreshold(
  points: Sample['points'],
  members: readonly number[],
  coordinate: number,
  share: number,
): number {
  let [min, max] = [1, 0];
  for (const i of members) {
    min = Math.min(min, points[i][coordinate]);
    max = Math.max(max, points[i][coordinate]);
  }
  return min + share * (max - min);
}

function meanOf(values: Float64Array, members: readonly number[]): number {
  let sum = 0;
  for (const i of members) sum += values[i];
  return sum / members.length;
}
