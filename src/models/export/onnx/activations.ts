import type { Activation } from '../../../engine/kernels/kernels.ts';
import type { Graph, Value } from './graph.ts';

type WriteActivation = (graph: Graph, Z: Value) => Value;

const scalar = (graph: Graph, value: number) => graph.constant({ type: 'float', shape: [], values: [value] });

/** Each activation as operators of opset 17, which has no GELU and no Mish. */
export const ACTIVATION_NODES: Readonly<Record<Activation, WriteActivation>> = {
  linear: (_graph, Z) => Z,
  relu: (graph, Z) => graph.node('Relu', [Z]),
  leakyRelu: (graph, Z) => graph.node('LeakyRelu', [Z], { alpha: { float: 0.01 } }),
  sigmoid: (graph, Z) => graph.node('Sigmoid', [Z]),
  tanh: (graph, Z) => graph.node('Tanh', [Z]),
  gelu(graph, Z) {
    const erf = graph.node('Erf', [graph.node('Mul', [Z, scalar(graph, Math.SQRT1_2)])]);
    const half = graph.node('Mul', [Z, scalar(graph, 0.5)]);
    return graph.node('Mul', [half, graph.node('Add', [erf, scalar(graph, 1)])]);
  },
  silu: (graph, Z) => graph.node('Mul', [Z, graph.node('Sigmoid', [Z])]),
  elu: (graph, Z) => graph.node('Elu', [Z]),
  selu: (graph, Z) =>
    graph.node('Selu', [Z], { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } }),
  softplus: (graph, Z) => graph.node('Softplus', [Z]),
  mish: (graph, Z) => graph.node('Mul', [Z, graph.node('Tanh', [graph.node('Softplus', [Z])])]),
};
