import { EPSILON } from '../../../engine/layers/normalization.ts';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import { columnTypeOf } from '../../../features/columns.ts';
import { denseWidth, layoutOf } from '../../../features/transform.ts';
import { OUTPUT_OF_LOSS } from '../../preprocessing/outputs.ts';
import type { StoredNetwork } from '../../stored/storedNetworks.ts';
import { ACTIVATION_NODES } from './activations.ts';
import { categoryNodes } from './categories.ts';
import { embed } from './embedding.ts';
import type { Graph, Value } from './graph.ts';

/** Where a network reads its inputs. */
export type NetworkInputs =
  | {
      /** The dense inputs in float32 (rows, dense); undefined if there are none. */
      readonly dense: Value | undefined;
      /** The words (rows, 1) of each one-hot column, in order. */
      readonly words: readonly Value[];
      /** The cells of each one-hot column that mean "missing". */
      readonly missingWords: readonly (readonly string[])[];
    }
  | { readonly matrix: Value };

/**
 * The predictions (rows, n) in float64: numbers in the target's unit, or the probability of each
 * class.
 */
export function networkNodes(graph: Graph, network: StoredNetwork, inputs: NetworkInputs): Value {
  const { layers, loss, fittedTarget } = network.description;
  const parametersOf = (layer: number) =>
    new Map(network.parameters.filter((found) => found.layer === layer).map((found) => [found.name, found]));
  let A: Value | undefined;
  for (const [index, { activation, normalization }] of layers.entries()) {
    const parameters = parametersOf(index + 1);
    const Z = A === undefined ? firstProduct(graph, network, inputs) : product(graph, parameters, A);
    A = ACTIVATION_NODES[activation](graph, normalize(graph, normalization, parameters, Z));
  }
  if (A === undefined) throw new Error('The network has no layers.');
  const output = outputNodes(graph, OUTPUT_OF_LOSS[loss.type], A);
  const predictions = graph.node('Cast', [output], { to: { int: 11 } });
  const scalar = (value: number) => graph.constant({ type: 'double', shape: [], values: [value] });
  if (fittedTarget.kind === 'number') {
    const { mean, deviation } = fittedTarget;
    return graph.node('Add', [graph.node('Mul', [predictions, scalar(deviation)]), scalar(mean)]);
  }
  if (OUTPUT_OF_LOSS[loss.type] !== 'sigmoid') return predictions;
  return graph.node('Concat', [graph.node('Sub', [scalar(1), predictions]), predictions], { axis: { int: 1 } });
}

/** Z (rows, n) of layer 1. */
function firstProduct(graph: Graph, network: StoredNetwork, inputs: NetworkInputs): Value {
  const { features, embedding } = network.description;
  const parameters = new Map(network.parameters.filter(({ layer }) => layer === 1).map((found) => [found.name, found]));
  const layer0 = new Map(network.parameters.filter(({ layer }) => layer === 0).map((found) => [found.name, found]));
  const dense = denseWidth(features);
  const embedded = (X: Value) => (embedding === null ? X : embed(graph, embedding, layer0, X, dense));
  if ('matrix' in inputs) {
    const { inputs: width } = layoutOf(features);
    if (embedding === null) return product(graph, parameters, inputs.matrix);
    const codes = width > dense ? [slice(graph, inputs.matrix, dense, width)] : [];
    const A = [embedded(slice(graph, inputs.matrix, 0, dense)), ...codes];
    return product(graph, parameters, graph.node('Concat', A, { axis: { int: 1 } }));
  }
  const W = required(parameters, 'W');
  const [units, all] = W.shape;
  const oneHot = features.columns.filter((fitted) => columnTypeOf(fitted.kind).block === 'oneHot');
  let first = all - (layoutOf(features).inputs - dense);
  const b = graph.constant({ type: 'float', shape: [1, units], values: required(parameters, 'b').values });
  const multiplied = inputs.dense === undefined ? [] : [multiply(graph, W, first, embedded(inputs.dense))];
  const gathered = oneHot.flatMap((fitted, index) => {
    if (fitted.kind !== 'categorical') return [];
    const found = categoryNodes(graph, fitted, inputs.missingWords[index], W, first, inputs.words[index]);
    first += columnTypeOf(fitted.kind).width(fitted);
    return [found];
  });
  return [...multiplied, ...gathered].reduce((sum, value) => graph.node('Add', [sum, value]), b);
}

/** The product with the first columns of W (n, k). */
function multiply(graph: Graph, W: Parameter, columns: number, A: Value): Value {
  const [units, all] = W.shape;
  const values = new Float32Array(columns * units);
  for (let unit = 0; unit < units; unit++)
    for (let column = 0; column < columns; column++) values[column * units + unit] = W.values[unit * all + column];
  return graph.node('MatMul', [A, graph.constant({ type: 'float', shape: [columns, units], values })]);
}

function product(graph: Graph, parameters: ReadonlyMap<string, Parameter>, A: Value): Value {
  const [W, b] = [required(parameters, 'W'), required(parameters, 'b')];
  return graph.node(
    'Gemm',
    [
      A,
      graph.constant({ type: 'float', shape: W.shape, values: W.values }),
      graph.constant({ type: 'float', shape: [W.shape[0]], values: b.values }),
    ],
    { transB: { int: 1 } },
  );
}

function normalize(
  graph: Graph,
  normalization: 'batch' | 'layer' | null | undefined,
  parameters: ReadonlyMap<string, Parameter>,
  Z: Value,
): Value {
  if (normalization === null || normalization === undefined) return Z;
  const vector = (values: ArrayLike<number>) => graph.constant({ type: 'float', shape: [values.length], values });
  const [gamma, beta] = [required(parameters, 'gamma').values, required(parameters, 'beta').values];
  if (normalization === 'layer')
    return graph.node('LayerNormalization', [Z, vector(gamma), vector(beta)], { epsilon: { float: EPSILON } });
  const variance = required(parameters, 'var').values;
  const factors = Array.from(gamma, (value, unit) => value / Math.sqrt(variance[unit] + EPSILON));
  const centered = graph.node('Sub', [Z, vector(required(parameters, 'mean').values)]);
  return graph.node('Add', [graph.node('Mul', [centered, vector(factors)]), vector(beta)]);
}

function outputNodes(graph: Graph, output: 'identity' | 'exp' | 'sigmoid' | 'softmax', A: Value): Value {
  switch (output) {
    case 'identity':
      return A;
    case 'exp':
      return graph.node('Exp', [A]);
    case 'sigmoid':
      return graph.node('Sigmoid', [A]);
    case 'softmax':
      return graph.node('Softmax', [A], { axis: { int: 1 } });
  }
}

function slice(graph: Graph, X: Value, from: number, to: number): Value {
  const list = (value: number) => graph.constant({ type: 'int64', shape: [1], values: [value] });
  return graph.node('Slice', [X, list(from), list(to), list(1)]);
}

function required(parameters: ReadonlyMap<string, Parameter>, name: string): Parameter {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new Error(`The layer has no parameter ${name}.`);
  return parameter;
}
