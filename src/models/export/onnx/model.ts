import type { FittedColumn } from '../../../features/columns.ts';
import { layoutOf } from '../../../features/transform.ts';
import { DEFAULT_NULL_VALUES } from '../../../formats/nullValues.ts';
import type { StoredNetwork } from '../../stored/storedNetworks.ts';
import { denseInputs } from './columns.ts';
import { createGraph, type Graph, type Value } from './graph.ts';
import { type NetworkInputs, networkNodes } from './network.ts';

/** What the file says about the model. */
export interface OnnxModel {
  readonly id: string;
  readonly sha256: string;
  /** Whether the graph reads the columns of rows, or the matrix of inputs. */
  readonly inputs: 'columns' | 'matrix';
}

interface GraphInput {
  readonly name: Value;
  readonly column: string;
  readonly kind: FittedColumn['kind'];
}

/**
 * The networks as one ONNX graph, which averages their predictions. An input of `columns` is
 * (rows, 1): numbers, booleans (0, 1) and times (milliseconds since 1970) in float64, where NaN is
 * missing; categories as strings, where the empty one is missing.
 */
export async function writeOnnx(
  { id, sha256, inputs }: OnnxModel,
  networks: AsyncIterable<StoredNetwork>,
): Promise<Uint8Array> {
  const graph = createGraph();
  const columns = columnInputs(graph);
  const matrix = matrixInput(graph);
  const predictions: Value[] = [];
  let classes: readonly string[] | null = null;
  for await (const network of networks) {
    const { fittedTarget } = network.description;
    classes = fittedTarget.kind === 'classes' ? fittedTarget.classes : null;
    const read: NetworkInputs = inputs === 'matrix' ? { matrix: matrix.read(network) } : columns.read(network);
    predictions.push(networkNodes(graph, network, read));
  }
  const outputs = outputNodes(graph, mean(graph, predictions), classes);
  const metadata = {
    modelId: id,
    sha256,
    inputs: JSON.stringify(inputs === 'matrix' ? matrix.list() : columns.list()),
    outputs: JSON.stringify(outputs),
    classes: JSON.stringify(classes),
  };
  return graph.write({ name: id, producer: 'trainyard', metadata });
}

/** One input for each column and kind, which all networks share. */
function columnInputs(graph: Graph) {
  const inputs = new Map<string, GraphInput>();
  const dense = new Map<string, Value>();

  function inputOf({ column, kind }: FittedColumn): Value {
    const key = JSON.stringify([column, kind]);
    const known = inputs.get(key);
    if (known !== undefined) return known.name;
    const name = graph.input(column, kind === 'categorical' ? 'string' : 'double', 1);
    inputs.set(key, { name, column, kind });
    return name;
  }

  /** Columns that several networks have fitted alike are computed once. */
  function denseOf(fitted: FittedColumn): Value[] {
    if (fitted.kind === 'categorical') return [];
    const key = JSON.stringify(fitted);
    const value = dense.get(key) ?? denseInputs(graph, fitted, inputOf(fitted));
    dense.set(key, value);
    return [value];
  }

  return {
    read({ description: { features, readAs } }: StoredNetwork) {
      const parts = features.columns.flatMap(denseOf);
      const words = features.columns.filter(({ kind }) => kind === 'categorical');
      const options = new Map(readAs);
      return {
        dense: parts.length < 2 ? parts[0] : graph.node('Concat', parts, { axis: { int: 1 } }),
        words: words.map(inputOf),
        missingWords: words.map(({ column }) => ['', ...(options.get(column)?.nullValues ?? DEFAULT_NULL_VALUES)]),
      };
    },
    list: () => [...inputs.values()],
  };
}

/**
 * The inputs of the networks in float32 (rows, n[0]): one matrix for each way in which columns were
 * fitted.
 */
function matrixInput(graph: Graph) {
  const inputs = new Map<string, { readonly name: Value; readonly inputs: number }>();
  return {
    read({ description: { features } }: StoredNetwork): Value {
      const key = JSON.stringify(features);
      const known = inputs.get(key);
      if (known !== undefined) return known.name;
      const { inputs: width } = layoutOf(features);
      const name = graph.input('matrix', 'float', width);
      inputs.set(key, { name, inputs: width });
      return name;
    },
    list: () => [...inputs.values()],
  };
}

function mean(graph: Graph, predictions: readonly Value[]): Value {
  if (predictions.length === 1) return predictions[0];
  const count = graph.constant({ type: 'double', shape: [], values: [predictions.length] });
  return graph.node('Div', [graph.node('Sum', predictions), count]);
}

/** The names of the outputs: those of the API, with a number if a column has the same name. */
function outputNodes(graph: Graph, predictions: Value, classes: readonly string[] | null) {
  if (classes === null) return { value: graph.output('value', 'double', predictions, 1) };
  const labels = graph.constant({ type: 'string', shape: [classes.length], values: classes });
  const largest = graph.node('ArgMax', [predictions], { axis: { int: 1 }, keepdims: { int: 0 } });
  const label = graph.node('Gather', [labels, largest]);
  const probabilities = graph.node('Cast', [predictions], { to: { int: 1 } });
  return {
    label: graph.output('label', 'string', label, null),
    probabilities: graph.output('probabilities', 'float', probabilities, classes.length),
  };
}
