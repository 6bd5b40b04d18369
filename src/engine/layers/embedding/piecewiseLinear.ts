/**
 * Piecewise-linear embedding of numbers (Gorishniy et al. 2022, "On embeddings for numerical
 * features"; version B of Gorishniy et al. 2025, "TabM").
 *
 * For f embedded inputs x, each of d numbers, B bins of all inputs together, k other inputs and m
 * rows:
 *
 * Parameters: l, m (f, d), V (B, d): the bins of the first input come first.
 * Forward, with q_i the position of x between the edges of bin i of its input, at least 0 except in
 * the first bin and at most 1 except in the last:
 *   E (f d + k, m) = l x + m + Σ q_i V_i over the bins, input by input, then the k other inputs
 * Backward, from dE (f d + k, m), with sums over the rows:
 *   dl (f, d) = (1/m) Σ dE x
 *   dm (f, d) = (1/m) Σ dE
 *   dV_i (1, d) = (1/m) Σ dE q_i for each bin i
 */
import { NONE } from '../../kernels/kernels.ts';
import type { ParameterShape } from '../../memory/parameters.ts';
import type { Layer } from '../layer.ts';
import { embeddedShape, embeddingCost } from './parameters.ts';

export interface PiecewiseLinearSpec {
  readonly type: 'piecewiseLinear';
  /** The embedded inputs: numbers of dense inputs, in rising order. */
  readonly columns: readonly number[];
  /** d. */
  readonly width: number;
  /** For each embedded input, the rising edges of its bins: one more than bins. */
  readonly edges: readonly (readonly number[])[];
}

/** Of a number of E: the line, the bend and the search for the bin. */
const MULTIPLY_ADDS = 4;

/** The embedding in a network with k other dense inputs. */
export function createPiecewiseLinear({ columns, width: d, edges }: PiecewiseLinearSpec, k: number): Layer {
  const f = columns.length;
  const outputs = f * d + k;
  const starts = startsOf(edges);
  const bins = starts[f];
  return {
    outputs,
    parameters: piecewiseLinearParameters(f, d, bins),
    cost: embeddingCost(outputs, MULTIPLY_ADDS * f * d),
    minRows: 1,
    plan({ rows, isTraining, allocate, allocateIndices, parameter }, { X }) {
      const { value: l, gradient: dl } = parameter('l');
      const { value: m0, gradient: dm0 } = parameter('m');
      const { value: V, gradient: dV } = parameter('V');
      const edgesAt = allocate(bins + f);
      const startsIndex = allocateIndices(f + 1);
      const below = allocate(bins * d);
      const inBin = isTraining ? allocate(bins * d) : NONE;
      const E = allocate(outputs * rows);
      return {
        output: E,
        isOverwritable: false,
        inputGradient: NONE,
        writeConstants({ values, indices }) {
          values.set(edges.flat(), edgesAt);
          indices.set(starts, startsIndex);
        },
        forward(kernels, A, m) {
          kernels.piecewiseLinear(E, A, edgesAt, startsIndex, l, m0, V, below, m, k, f, d, bins);
          return E;
        },
        backward(kernels, dE, m, scale) {
          kernels.piecewiseLinearGradient(dl, dm0, dV, inBin, dE, X, edgesAt, startsIndex, m, k, f, d, bins, scale);
          return NONE;
        },
      };
    },
  };
}

/** The line starts as a linear layer of one input and d units would, the bends as 0. */
function piecewiseLinearParameters(f: number, d: number, bins: number): readonly ParameterShape[] {
  const limit = 1 / Math.sqrt(d);
  return [
    embeddedShape('l', f, d, (generator) => limit * (2 * generator.uniform() - 1)),
    embeddedShape('m', f, d, (generator) => limit * (2 * generator.uniform() - 1)),
    embeddedShape('V', bins, d, () => 0),
  ];
}

/** The number of the first bin of each input, and the number of all bins. */
function startsOf(edges: PiecewiseLinearSpec['edges']): readonly number[] {
  const starts = [0];
  for (const { length } of edges) starts.push(starts[starts.length - 1] + length - 1);
  return starts;
}
