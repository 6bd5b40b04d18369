/** A curve of at most a number of points. */
export interface Simplified {
  /** The indices of the points that stay, ascending. */
  readonly selected: readonly number[];
  /** The largest vertical distance of a point to the lines between those that stay. */
  readonly maxError: number;
}

interface Segment {
  readonly from: number;
  readonly to: number;
  /** The point with the largest error, and that error. */
  readonly worst: number;
  readonly error: number;
}

/**
 * Selects the points where the curve bends: again and again the one that is farthest from the lines
 * so far (Ramer 1972, by vertical distance). `x` is ascending.
 */
export function simplify(x: ArrayLike<number>, y: ArrayLike<number>, maxPoints: number): Simplified {
  const last = x.length - 1;
  if (last < maxPoints) return { selected: Array.from(x, (_, i) => i), maxError: 0 };
  const selected = [0, last];
  const segments = [segmentOf(x, y, 0, last)];
  while (selected.length < maxPoints) {
    const index = indexOfWorst(segments);
    const { from, to, worst, error } = segments[index];
    if (error === 0) break;
    selected.push(worst);
    segments.splice(index, 1, segmentOf(x, y, from, worst), segmentOf(x, y, worst, to));
  }
  return { selected: selected.sort((a, b) => a - b), maxError: segments[indexOfWorst(segments)].error };
}

function indexOfWorst(segments: readonly Segment[]): number {
  return segments.reduce((worst, segment, i) => (segment.error > segments[worst].error ? i : worst), 0);
}

function segmentOf(x: ArrayLike<number>, y: ArrayLike<number>, from: number, to: number): Segment {
  let [worst, error] = [from, 0];
  for (let i = from + 1; i < to; i++) {
    const share = x[to] > x[from] ? (x[i] - x[from]) / (x[to] - x[from]) : 0;
    // On a vertical line every height between the ends is exact.
    const [low, high] =
      x[to] > x[from]
        ? [y[from] + share * (y[to] - y[from]), y[from] + share * (y[to] - y[from])]
        : [Math.min(y[from], y[to]), Math.max(y[from], y[to])];
    const distance = Math.max(low - y[i], y[i] - high, 0);
    if (distance > error) [worst, error] = [i, distance];
  }
  return { from, to, worst, error };
}
