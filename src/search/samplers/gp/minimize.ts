/** Returns the value at x and writes the gradient. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
}

/** The minimum decrease of a step, as a share of the linear prediction (Armijo). */
const ARMIJO = 1e-4;
const MAX_HALVINGS = 12;
/** The maximum step in a coordinate, as a share of the box. */
const MAX_STEP = 0.25;
/** Stops after a step with a smaller decrease, relative to the value. */
const TOLERANCE = 1e-9;

/**
 * A local minimum of f in the box, from a start in it: BFGS on the coordinates that no bound fixes,
 * with each step projected into the box (Bertsekas 1982, "Projected Newton methods for optimization
 * problems with simple constraints"). Does not change `start`.
 */
export function minimizeInBox(
  f: Differentiable,
  start: Float64Array,
  low: Float64Array,
  high: Float64Array,
  iterations: number,
): Minimum {
  const size = start.length;
  let x = start.slice();
  let gradient = new Float64Array(size);
  let value = f(x, gradient);
  const inverse = identity(size);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const direction = limitStep(descent(inverse, gradient, fixedByBounds(x, gradient, low, high)), low, high);
    const next = lineSearch(f, { x, value, gradient, direction, low, high });
    if (next === null) break;
    const gained = value - next.value;
    const [step, change] = [difference(next.x, x), difference(next.gradient, gradient)];
    if (iteration === 0) scaleBy(inverse, dot(step, change) / dot(change, change));
    updateInverse(inverse, step, change);
    ({ x, value, gradient } = next);
    if (gained <= TOLERANCE * (1 + Math.abs(value))) break;
  }
  return { x, value };
}

/** The coordinates on a bound that the descent would cross. */
function fixedByBounds(
  x: Float64Array,
  gradient: Float64Array,
  low: Float64Array,
  high: Float64Array,
): readonly boolean[] {
  return Array.from(x, (each, i) => (each <= low[i] && gradient[i] > 0) || (each >= high[i] && gradient[i] < 0));
}

/**
 * -H · gradient over the free coordinates; the steepest descent if that is not a descent direction.
 */
function descent(inverse: Float64Array, gradient: Float64Array, isFixed: readonly boolean[]): Float64Array {
  const size = gradient.length;
  const direction = new Float64Array(size);
  let slope = 0;
  for (let i = 0; i < size; i++) {
    if (isFixed[i]) continue;
    for (let j = 0; j < size; j++) if (!isFixed[j]) direction[i] -= inverse[i * size + j] * gradient[j];
    slope += direction[i] * gradient[i];
  }
  return slope < 0 ? direction : gradient.map((each, i) => (isFixed[i] ? 0 : -each));
}

/** Shortens the direction so that no coordinate exceeds MAX_STEP. */
function limitStep(direction: Float64Array, low: Float64Array, high: Float64Array): Float64Array {
  const excess = direction.reduce((max, each, i) => Math.max(max, Math.abs(each) / (MAX_STEP * (high[i] - low[i]))), 1);
  return direction.map((each) => each / excess);
}

interface Line {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly direction: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Halves the step until the decrease suffices (Armijo); null: it never does. */
function lineSearch(f: Differentiable, { x, value, gradient, direction, low, high }: Line) {
  for (let halving = 0; halving < MAX_HALVINGS; halving++) {
    const length = 2 ** -halving;
    const next = x.map((each, i) => Math.min(Math.max(each + length * direction[i], low[i]), high[i]));
    const promised = next.reduce((sum, each, i) => sum + gradient[i] * (each - x[i]), 0);
    const nextGradient = new Float64Array(x.length);
    const nextValue = f(next, nextGradient);
    if (promised < 0 && nextValue <= value + ARMIJO * promised)
      return { x: next, value: nextValue, gradient: nextGradient };
  }
  return null;
}

/** Scales the initial inverse Hessian (Nocedal and Wright 2006, equation 6.20). */
function scaleBy(inverse: Float64Array, scale: number): void {
  if (scale > 0 && Number.isFinite(scale)) for (let i = 0; i < inverse.length; i++) inverse[i] *= scale;
}

/**
 * The BFGS update of the inverse Hessian from a step and its change of the gradient. Skipped if the
 * curvature is not positive.
 */
function updateInverse(inverse: Float64Array, step: Float64Array, change: Float64Array): void {
  const size = step.length;
  const curvature = dot(step, change);
  if (curvature <= 1e-10 * dot(change, change)) return;
  const product = step.map((_, i) => dot(inverse.subarray(i * size, (i + 1) * size), change));
  const scale = (1 + dot(change, product) / curvature) / curvature;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      inverse[i * size + j] += scale * step[i] * step[j] - (product[i] * step[j] + step[i] * product[j]) / curvature;
    }
  }
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((each, i) => each - b[i]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
