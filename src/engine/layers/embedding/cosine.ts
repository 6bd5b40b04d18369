/**
 * Cosine embedding of numbers: periodic features with learned frequencies (Gorishniy et al. 2022,
 * "On embeddings for numerical features"), beside the number itself.
 *
 * For f embedded inputs x, each of d numbers, k other inputs and m rows:
 *
 * Parameters: w, b (f, d - 1), s, t (f, d).
 * Forward, with C_0 = x and C_c = cos(2π (w_c x + b_c)) for each input:
 *   E (f d + k, m) = s * C + t, input by input, then the k other inputs
 * Backward, from dE (f d + k, m), with sums over the rows:
 *   dt (f, d) = (1/m) Σ dE
 *   ds (f, d) = (1/m) Σ dE * C
 *   db (f, d - 1) = (1/m) Σ -2π s * sin(2π (w x + b)) * dE
 *   dw (f, d - 1) = (1/m) Σ -2π s * sin(2π (w x + b)) * dE * x
 */
import { NONE } from '../../kernels/kernels.ts';
import type { ParameterShape } from '../../memory/parameters.ts';
import type { Generator } from '../../random.ts';
import type { Layer } from '../layer.ts';
import { embeddedShape, embeddingCost } from './parameters.ts';

export interface CosineSpec {
  readonly type: 'cosine';
  /** The embedded inputs: numbers of dense inputs, in rising order. */
  readonly columns: readonly number[];
  /** d. */
  readonly width: number;
  /** Standard deviation of the first w: how many turns a step of 1 of an input is. */
  readonly scale: number;
}

/** Draws of w beyond this many standard deviations are repeated. */
const MAX_DEVIATIONS = 3;
/** Of a number of E: the phase, the polynomial of its cosine, s and t. */
const MULTIPLY_ADDS = 8;

/** The embedding in a network with k other dense inputs. */
export function createCosine({ columns, width: d, scale }: CosineSpec, k: number): Layer {
  const f = columns.length;
  const outputs = f * d + k;
  return {
    outputs,
    parameters: cosineParameters(f, d, scale),
    cost: embeddingCost(outputs, MULTIPLY_ADDS * f * d),
    minRows: 1,
    plan({ rows, allocate, parameter }, { X }) {
      const { value: w, gradient: dw } = parameter('w');
      const { value: b, gradient: db } = parameter('b');
      const { value: s, gradient: ds } = parameter('s');
      const { value: t, gradient: dt } = parameter('t');
      const E = allocate(outputs * rows);
      return {
        output: E,
        isOverwritable: false,
        inputGradient: NONE,
        forward(kernels, A, m) {
          kernels.cosine(E, A, w, b, s, t, m, k, f, d);
          return E;
        },
        backward(kernels, dE, m, scale) {
          kernels.cosineGradient(dw, db, ds, dt, dE, X, w, b, s, m, k, f, d, scale);
          return NONE;
        },
      };
    },
  };
}

/** Everything starts silent: s = t = 0. */
function cosineParameters(f: number, d: number, scale: number): readonly ParameterShape[] {
  return [
    embeddedShape('w', f, d - 1, (generator) => scale * truncatedNormal(generator)),
    embeddedShape('b', f, d - 1, () => 0),
    embeddedShape('s', f, d, () => 0),
    embeddedShape('t', f, d, () => 0),
  ];
}

function truncatedNormal(generator: Generator): number {
  const drawn = generator.normal();
  return Math.abs(drawn) <= MAX_DEVIATIONS ? drawn : truncatedNormal(generator);
}
