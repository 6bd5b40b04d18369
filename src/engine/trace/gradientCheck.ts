import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import { NONE } from '../kernels/kernels.ts';
import type { ParameterSlot } from '../memory/parameters.ts';
import { createGenerator } from '../random.ts';
import { sidesOfKinks } from './kinks.ts';
import type { Passes } from './passes.ts';

export interface GradientCheckOptions {
  /** How many parameters are checked; fewer if the network has fewer. */
  readonly parameters: number;
  /** e: half the distance of the two probes. */
  readonly epsilon: number;
  /** Chooses the parameters. */
  readonly seed: number;
}

/** One number of a parameter, with both of its gradients. */
interface CheckedParameter {
  readonly layer: number;
  readonly name: string;
  /** From 0, in the shape of the notes. */
  readonly row: number;
  readonly column: number;
  readonly analytic: number;
  readonly numeric: number;
}

export interface GradientCheck {
  readonly checked: number;
  readonly skippedAtKinks: number;
  readonly largestRelativeError: number;
  /** ‖a - n‖ / (‖a‖ + ‖n‖) over the checked parameters. */
  readonly norm: number;
  readonly passed: boolean;
  readonly worst: CheckedParameter | null;
}

/** The greatest `norm` of correct gradients. */
const MAX_NORM = 1e-7;
/** A mean loss in float64 is exact to a few units in its last place. */
const ROUNDING = 16 * Number.EPSILON;
/** Gradients below this share of the largest one are compared with that share instead. */
const SMALL_SHARE = 1e-3;
const SMALLEST = 1e-12;

/**
 * Compares gradients a of the last backward pass with differences
 * n = (J(w + e) - J(w - e)) / 2e. Parameters whose two probes are on different sides of a kink of
 * an activation or of the loss are skipped, because the difference is not the derivative there.
 * Other requests run between two parameters.
 */
export async function checkGradients(passes: Passes, options: GradientCheckOptions): Promise<GradientCheck> {
  const { epsilon } = options;
  const chosen = chooseParameters(passes, options);
  const compared: CheckedParameter[] = [];
  const loss = passes.forward();
  let skippedAtKinks = 0;
  for (const { slot, element } of chosen) {
    const numeric = slopeAt(passes, slot.offset + element, epsilon);
    if (numeric === null) skippedAtKinks += 1;
    else compared.push(describe(passes, slot, element, numeric));
    await yieldToEventLoop();
  }
  passes.forward();
  return summarize(compared, skippedAtKinks, (ROUNDING * Math.abs(loss)) / (2 * epsilon));
}

interface Chosen {
  readonly slot: ParameterSlot;
  /** In the order of the arena. */
  readonly element: number;
}

/** All parameters, or as many as asked for without repetition. */
function chooseParameters({ plan }: Passes, { parameters, seed }: GradientCheckOptions): readonly Chosen[] {
  const slots = plan.parameters.filter(({ gradient }) => gradient !== NONE);
  const starts: number[] = [];
  let total = 0;
  for (const { count } of slots) {
    starts.push(total);
    total += count;
  }
  const numbers = Int32Array.from({ length: total }, (_, number) => number);
  if (parameters < total) createGenerator(seed).shuffle(numbers);
  return Array.from(numbers.subarray(0, parameters).toSorted(), (number) => {
    const at = starts.findLastIndex((start) => start <= number);
    return { slot: slots[at], element: number - starts[at] };
  });
}

/** The slope of J by the number at `offset`; null across a kink. */
function slopeAt(passes: Passes, offset: number, epsilon: number): number | null {
  const { values } = passes.kernels;
  const value = values[offset];
  const probe = (w: number) => {
    values[offset] = w;
    return { loss: passes.forward(), sides: sidesOfKinks(passes) };
  };
  const [above, below] = [probe(value + epsilon), probe(value - epsilon)];
  values[offset] = value;
  if (above.sides.some((side, i) => side !== below.sides[i])) return null;
  return (above.loss - below.loss) / (2 * epsilon);
}

function describe({ kernels }: Passes, slot: ParameterSlot, element: number, numeric: number): CheckedParameter {
  const { layer, name, shape, count, gradient, isRowMajor = false } = slot;
  const [rows = 1] = shape;
  const columns = count / rows;
  const place = isRowMajor
    ? { row: Math.floor(element / columns), column: element % columns }
    : { row: element % rows, column: Math.floor(element / rows) };
  return { layer, name, ...place, analytic: kernels.values[gradient + element], numeric };
}

function summarize(compared: readonly CheckedParameter[], skippedAtKinks: number, noise: number): GradientCheck {
  const largest = Math.max(0, ...compared.map(({ analytic }) => Math.abs(analytic)));
  const smallest = Math.max(SMALLEST, SMALL_SHARE * largest);
  const errorOf = ({ analytic, numeric }: CheckedParameter) =>
    Math.abs(analytic - numeric) / Math.max(Math.abs(analytic) + Math.abs(numeric), smallest);
  const worst = compared.reduce<CheckedParameter | null>(
    (found, other) => (found === null || errorOf(other) > errorOf(found) ? other : found),
    null,
  );
  const difference = normOf(compared.map(({ analytic, numeric }) => analytic - numeric));
  const scale = normOf(compared.map(({ analytic }) => analytic)) + normOf(compared.map(({ numeric }) => numeric));
  return {
    checked: compared.length,
    skippedAtKinks,
    largestRelativeError: worst === null ? 0 : errorOf(worst),
    norm: scale === 0 ? 0 : difference / scale,
    passed: difference <= MAX_NORM * scale + noise * Math.sqrt(compared.length),
    worst,
  };
}

function normOf(numbers: readonly number[]): number {
  return Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
}
