import type { EmbeddingSpec } from '../../../engine/layers/embedding/embedding.ts';
import type { PiecewiseLinearSpec } from '../../../engine/layers/embedding/piecewiseLinear.ts';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import type { Graph, Value } from './graph.ts';

const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** The parameters of layer 0 by name. */
export type Embedded = ReadonlyMap<string, Parameter>;

/**
 * E (rows, f d + k): d numbers for each of the f embedded inputs, then the k others, from the dense
 * inputs (rows, f + k).
 */
export function embed(graph: Graph, spec: EmbeddingSpec, parameters: Embedded, X: Value, dense: number): Value {
  const x = gather(graph, X, spec.columns);
  const column = graph.node('Unsqueeze', [x, axes(graph, [2])]);
  const E = graph.node('Flatten', [
    spec.type === 'cosine' ? cosine(graph, parameters, column) : piecewiseLinear(graph, spec, parameters, column),
  ]);
  const others = Array.from({ length: dense }, (_, input) => input).filter((input) => !spec.columns.includes(input));
  if (others.length === 0) return E;
  return graph.node('Concat', [E, gather(graph, X, others)], { axis: { int: 1 } });
}

/** (rows, f, d) from x (rows, f, 1): s * C + t, with C_0 = x and C_c = cos(2π (w_c x + b_c)). */
function cosine(graph: Graph, parameters: Embedded, x: Value): Value {
  const constantOf = (name: string) => parameterOf(graph, parameters, name);
  const phase = graph.node('Add', [graph.node('Mul', [x, constantOf('w')]), constantOf('b')]);
  // Whole turns are removed, because a cosine in float32 is inexact for large angles.
  const turns = graph.node('Sub', [phase, graph.node('Round', [phase])]);
  const turn = graph.constant({ type: 'float', shape: [], values: [2 * Math.PI] });
  const waves = graph.node('Cos', [graph.node('Mul', [turns, turn])]);
  const C = graph.node('Concat', [x, waves], { axis: { int: 2 } });
  return graph.node('Add', [graph.node('Mul', [C, constantOf('s')]), constantOf('t')]);
}

/**
 * (rows, f, d) from x (rows, f, 1): l x + m + Σ q_i V_i over the bins of each input. The inputs are
 * padded to the same number of bins with bins that add 0.
 */
function piecewiseLinear(graph: Graph, spec: PiecewiseLinearSpec, parameters: Embedded, x: Value): Value {
  const { edges, width: d } = spec;
  const f = edges.length;
  const bins = Math.max(...edges.map(({ length }) => length - 1));
  const tableOf = (numberOf: (edges: readonly number[], bin: number) => number, padding: number) =>
    graph.constant({
      type: 'float',
      shape: [f, bins],
      values: edges.flatMap((ofInput) =>
        Array.from({ length: bins }, (_, bin) => (bin < ofInput.length - 1 ? numberOf(ofInput, bin) : padding)),
      ),
    });
  const from = tableOf((ofInput, bin) => ofInput[bin], 0);
  const span = tableOf((ofInput, bin) => Math.fround(ofInput[bin + 1]) - Math.fround(ofInput[bin]), 1);
  const low = tableOf((_, bin) => (bin === 0 ? -MAX_FLOAT32 : 0), 0);
  const high = tableOf((ofInput, bin) => (bin === ofInput.length - 2 ? MAX_FLOAT32 : 1), 0);
  const positions = graph.node('Div', [graph.node('Sub', [x, from]), span]);
  const q = graph.node('Max', [graph.node('Min', [positions, high]), low]);
  const V = graph.constant({ type: 'float', shape: [f, bins, d], values: padBins(spec, parameters, bins) });
  const swapped = { perm: { ints: [1, 0, 2] } };
  const bends = graph.node('MatMul', [graph.node('Transpose', [q], swapped), V]);
  const [l, m] = [parameterOf(graph, parameters, 'l'), parameterOf(graph, parameters, 'm')];
  const line = graph.node('Add', [graph.node('Mul', [x, l]), m]);
  return graph.node('Add', [line, graph.node('Transpose', [bends], swapped)]);
}

/** V (bins of all inputs, d) as (f, bins, d). */
function padBins({ edges, width: d }: PiecewiseLinearSpec, parameters: Embedded, bins: number): Float32Array {
  const V = valuesOf(parameters, 'V').values;
  const padded = new Float32Array(edges.length * bins * d);
  let next = 0;
  for (const [input, { length }] of edges.entries()) {
    const count = (length - 1) * d;
    for (let e = 0; e < count; e++) padded[input * bins * d + e] = V[next + e];
    next += count;
  }
  return padded;
}

function parameterOf(graph: Graph, parameters: Embedded, name: string): Value {
  const { shape, values } = valuesOf(parameters, name);
  return graph.constant({ type: 'float', shape, values });
}

function valuesOf(parameters: Embedded, name: string): Parameter {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new Error(`Layer 0 has no parameter ${name}.`);
  return parameter;
}

function gather(graph: Graph, X: Value, columns: readonly number[]): Value {
  return graph.node('Gather', [X, axes(graph, columns)], { axis: { int: 1 } });
}

function axes(graph: Graph, values: readonly number[]): Value {
  return graph.constant({ type: 'int64', shape: [values.length], values });
}
